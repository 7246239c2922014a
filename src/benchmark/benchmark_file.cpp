#include "benchmark/benchmark_file.hpp"

#include "base/files.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::benchmark {

namespace {

using campaign::Against;
using campaign::Reader;

const std::vector<OptionSpec> benchmark_keys = {
    text("name", "").required().help("of the benchmark; also of its folder"),
    numbers("seeds").required().help("of the campaigns: one run each"),
    whole("ranks_per_run", 1).at_least(1).at_most(65536).help("ranks that work on one run; as many runs go on at once as there are such groups"),
    text("baseline", "random").help("the method that areas and diversities are divided by"),
};

constexpr const char* of_benchmark = "benchmark.";

/// Names of the tables in a table, in the order of the file.
std::vector<std::string> names_in(Reader& reader, const toml::table& root, const std::string& section)
{
    std::vector<std::pair<toml::source_position, std::string>> found;
    const auto* table = find_table(reader, root, section);
    for (const auto& [key, node] : table == nullptr ? toml::table() : *table) {
        const std::string name(key.str());
        const auto place = fmt::format("{}:{}", reader.path, static_cast<unsigned>(key.source().begin.line));
        if (!node.is_table()) reader.add(place, fmt::format("[{0}] {1}: must be a section [{0}.NAME]", section, name));
        else if (name.empty() || name.find('/') != std::string::npos || name.starts_with(".")) reader.add(place, fmt::format("[{}.\"{}\"]: the name must be usable as a file name", section, name));
        else found.emplace_back(key.source().begin, name);
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> names;
    for (const auto& [place, name] : found) names.push_back(name);
    if (names.empty() && root.get(section) == nullptr) reader.add(reader.path, fmt::format("[{0}.NAME]: missing; at least one {0} is needed", section));
    return names;
}

/// What decides between runs is not for the sections of campaigns.
void check_layer(Reader& reader, const toml::node* layer, const std::string& label)
{
    for (const auto& [key, instead] : {std::pair("name", "it is the method's"), std::pair("seed", "seeds are in [benchmark] seeds")}) {
        const auto* node = layer == nullptr || !layer->is_table() ? nullptr : layer->as_table()->at_path(fmt::format("campaign.{}", key)).node();
        if (node != nullptr) reader.add(reader.place(label, node), fmt::format("[{}] campaign.{}: not in a benchmark; {}", label, key, instead));
    }
}

void read_head(Reader& reader, const toml::table& root, BenchmarkFile& file)
{
    const auto* head = find_table(reader, root, "benchmark");
    const auto options = read_section(reader, head, "benchmark", benchmark_keys, {});
    file.name = options.text("name");
    if (file.name.find('/') != std::string::npos || file.name.starts_with(".")) reader.add(reader.place("benchmark", head), fmt::format("[benchmark] name = \"{}\": must be usable as a file name", file.name));
    file.ranks_per_run = static_cast<int>(options.whole("ranks_per_run"));
    file.baseline = options.text("baseline");
    const auto place = reader.place("benchmark", root.at_path("benchmark.seeds").node(), "seeds");
    for (const double seed : options.numbers("seeds")) {
        const auto whole_seed = std::isfinite(seed) ? static_cast<std::int64_t>(seed) : -1;
        if (!(seed >= 0 && seed <= 4294967295.0 && seed == std::floor(seed))) reader.add(place, fmt::format("[benchmark] seeds: {} is not a whole number from 0 to 4294967295", seed));
        else if (std::find(file.seeds.begin(), file.seeds.end(), whole_seed) != file.seeds.end()) reader.add(place, fmt::format("[benchmark] seeds: {} appears twice", whole_seed));
        else file.seeds.push_back(whole_seed);
    }
    const auto* seeds = root.at_path("benchmark.seeds").as_array();
    if (seeds != nullptr && seeds->empty()) reader.add(place, "[benchmark] seeds = []: at least one is needed");
    file.problems = names_in(reader, root, "problem");
    file.methods = names_in(reader, root, "method");
    if (!file.methods.empty() && std::find(file.methods.begin(), file.methods.end(), file.baseline) == file.methods.end()) {
        reader.add(reader.place("benchmark", root.at_path("benchmark.baseline").node(), "baseline"),
                   fmt::format("[benchmark] baseline = \"{}\": must be a method of the file; allowed: {}", file.baseline, fmt::join(file.methods, ", ")));
    }
}

void check_sections(Reader& reader, const toml::table& root)
{
    const std::vector<std::string> sections = {"benchmark", "common", "problem", "method"};
    for (const auto& [key, node] : root) {
        const std::string name(key.str());
        if (std::find(sections.begin(), sections.end(), name) != sections.end()) continue;
        const auto near = nearest_name(name, sections);
        reader.add(reader.place("", &node), near.empty() ? fmt::format("[{}]: unknown section; allowed: {} (sections of campaigns go into these, as [common.{}])", name, fmt::join(sections, ", "), name)
                                                         : fmt::format("[{}]: unknown section; did you mean [{}]?", name, near));
    }
    find_table(reader, root, "common");
    check_layer(reader, root.get("common"), "common");
    for (const char* section : {"problem", "method"}) {
        const auto* table = root.get_as<toml::table>(section);
        if (table == nullptr) continue;
        for (const auto& [key, node] : *table) check_layer(reader, &node, fmt::format("{}.{}", section, key.str()));
    }
}

/// The campaign's sections: of the file, then those of the problem and the method over them. Parsed anew for each campaign: copies of nodes would not know their lines.
toml::table campaign_table(const BenchmarkFile& file, std::size_t problem, std::size_t method, std::int64_t seed)
{
    auto root = campaign::parse_toml(file.text, file.path.string());
    toml::table table;
    const auto add = [&](toml::table* above) {
        if (above != nullptr) campaign::lay_over(table, std::move(*above));
    };
    add(root.get_as<toml::table>("common"));
    add(root.get_as<toml::table>("problem")->get_as<toml::table>(file.problems[problem]));
    add(root.get_as<toml::table>("method")->get_as<toml::table>(file.methods[method]));
    if (!table.contains("campaign")) table.insert("campaign", toml::table());
    if (auto* campaign = table.get_as<toml::table>("campaign")) {
        campaign->insert_or_assign("name", file.methods[method]);
        campaign->insert_or_assign("seed", seed);
    }
    return table;
}

/// A mistake, and in which campaigns it is.
struct Mistake {
    std::string what;
    std::set<std::size_t> problems, methods;
};

/// Which problems and methods have a mistake, in brackets; nothing if all have.
std::string who_has(const Mistake& mistake, const BenchmarkFile& file)
{
    const auto some = [](const char* what, const std::set<std::size_t>& indices, const std::vector<std::string>& names) {
        if (indices.size() == names.size()) return std::string();
        std::vector<std::string> listed;
        for (const auto i : indices) listed.push_back(names[i]);
        return fmt::format("{}{} {}", what, listed.size() == 1 ? "" : "s", fmt::join(listed, ", "));
    };
    const auto methods = some("method", mistake.methods, file.methods), problems = some("problem", mistake.problems, file.problems);
    if (methods.empty() && problems.empty()) return "";
    return fmt::format(" ({}{}{})", methods, methods.empty() || problems.empty() ? "" : "; ", problems);
}

bool has_oracle(const campaign::CampaignFile& file)
{
    return problems::ProblemRegistration::all().at(file.problem.kind)->make(file.problem.options).has_oracle();
}

std::string no_oracle(const BenchmarkFile& file, const campaign::CampaignFile& campaign)
{
    return fmt::format("{}: [problem] kind = \"{}\": has no oracle of its own to answer a benchmark's runs", file.path.string(), campaign.problem.kind);
}

void check_campaigns(Reader& reader, const BenchmarkFile& file, Against against)
{
    std::vector<Mistake> mistakes;
    for (std::size_t p = 0; p < file.problems.size(); ++p) {
        for (std::size_t m = 0; m < file.methods.size(); ++m) {
            auto checked = check_campaign(campaign_table(file, p, m, 0), file.path, file.settings, against);
            if (checked.problems.empty() && !has_oracle(checked.file)) checked.problems.push_back(no_oracle(file, checked.file));
            for (const auto& what : checked.problems) {
                auto found = std::find_if(mistakes.begin(), mistakes.end(), [&](const Mistake& mistake) { return mistake.what == what; });
                if (found == mistakes.end()) found = mistakes.insert(mistakes.end(), Mistake{what, {}, {}});
                found->problems.insert(p);
                found->methods.insert(m);
            }
        }
    }
    for (const auto& mistake : mistakes) reader.problems.push_back(mistake.what + who_has(mistake, file));
}

/// \param kind  of which they are, for messages
void keep_some(std::vector<std::string>& names, const std::vector<std::string>& some, const char* kind)
{
    if (some.empty()) return;
    for (const auto& name : some) {
        if (std::find(names.begin(), names.end(), name) == names.end()) fail("--{0}s {1}: not a {0} of the file; allowed: {2}", kind, name, fmt::join(names, ", "));
    }
    std::erase_if(names, [&](const std::string& name) { return std::find(some.begin(), some.end(), name) == some.end(); });
}

}  // namespace

void BenchmarkFile::keep(const std::vector<std::string>& some_problems, const std::vector<std::string>& some_methods)
{
    keep_some(problems, some_problems, "problem");
    keep_some(methods, some_methods, "method");
    if (std::find(methods.begin(), methods.end(), baseline) == methods.end()) fail("--methods: {} must be among them, as the baseline", baseline);
}

std::vector<BenchmarkRun> BenchmarkFile::runs() const
{
    std::vector<BenchmarkRun> all;
    for (const auto seed : seeds) {
        for (std::size_t p = 0; p < problems.size(); ++p) {
            for (std::size_t m = 0; m < methods.size(); ++m) all.push_back({p, m, seed});
        }
    }
    return all;
}

campaign::CampaignFile BenchmarkFile::campaign(const BenchmarkRun& run) const
{
    return check_campaign(campaign_table(*this, run.problem, run.method, run.seed), path, settings, Against::nothing).file;
}

BenchmarkFile parse_benchmark(const std::string& content, const std::filesystem::path& path, const std::vector<std::string>& settings, Against against)
{
    BenchmarkFile file{.path = path, .text = content};
    auto root = campaign::parse_toml(content, path.string());
    Reader reader{path.string(), {}, {}};
    for (const auto& setting : settings) {
        if (setting.starts_with(of_benchmark)) apply_setting(reader, root, setting);
        else file.settings.push_back(setting);
    }
    check_sections(reader, root);
    read_head(reader, root, file);
    check_campaigns(reader, file, against);
    if (!reader.problems.empty()) campaign::fail_with(path.string(), reader.problems);
    return file;
}

BenchmarkFile read_benchmark(const std::filesystem::path& path, const std::vector<std::string>& settings, const Communicator& ranks)
{
    std::string content;
    on_root(ranks, [&] {
        content = read_file(path);
        parse_benchmark(content, path, settings, Against::its_pool);
    });
    return parse_benchmark(ranks.broadcast(content, 0), path, settings, Against::nothing);
}

}  // namespace sluice::benchmark
