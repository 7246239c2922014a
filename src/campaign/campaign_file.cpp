#include "campaign/campaign_file.hpp"

#include "base/files.hpp"
#include "campaign/campaign_table.hpp"
#include "campaign/file/against_pool.hpp"
#include "campaign/file/combinations.hpp"
#include "campaign/file/keys.hpp"
#include "campaign/file/sections.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace sluice::campaign {

namespace {

void report_unknown_sections(Reader& reader, const toml::table& root)
{
    const std::vector<std::string> sections = {"campaign", "pool", "domain", "target", "problem", "surrogate", "acquisition", "selection", "strategy", "checkpoint"};
    for (const auto& [key, node] : root) {
        const std::string name(key.str());
        if (std::find(sections.begin(), sections.end(), name) != sections.end()) continue;
        const auto near = nearest_name(name, sections);
        const auto set = reader.from_command_line.lower_bound(name + ".");
        const bool is_set = node.source().begin.line == 0 && set != reader.from_command_line.end() && set->starts_with(name + ".");
        reader.add(is_set ? "--set " + *set : reader.place("", &node), near.empty() ? fmt::format("[{}]: unknown section; allowed: {}", name, fmt::join(sections, ", "))
                                                                                    : fmt::format("[{}]: unknown section; did you mean [{}]?", name, near));
    }
}

void read_surrogate(Reader& reader, const toml::table& root, CampaignFile& file)
{
    file.surrogate = read_choice<models::Family>(reader, root, "surrogate", "", surrogate_keys);
    if (const auto* table = root.get("surrogate")->as_table()) {
        std::vector<std::string> all_keys;  // unknown ones are reported already, with the keys of the kind
        for (const auto& [key, node] : *table) all_keys.emplace_back(key.str());
        file.surrogate_common = read_section(reader, table, "surrogate", surrogate_keys, all_keys);
    }
}

/// Resolves a parsed file as far as it can be; problems go to the reader.
CampaignFile resolve(Reader& reader, toml::table& root, const std::vector<std::string>& settings)
{
    for (const auto& setting : settings) apply_setting(reader, root, setting);
    report_unknown_sections(reader, root);
    CampaignFile file;
    file.path = reader.path;
    const auto* campaign = find_table(reader, root, "campaign");
    file.campaign = read_section(reader, campaign, "campaign", campaign_keys, {"initial"});
    const auto* initial = campaign == nullptr ? nullptr : campaign->get("initial");
    if (initial != nullptr && !initial->is_table()) reader.add(reader.place("campaign", initial), "[campaign] initial: must be a table, e.g. { count = 20, rule = \"random\" }");
    file.initial = read_section(reader, initial == nullptr ? nullptr : initial->as_table(), "campaign.initial", initial_keys, {});
    file.domain = read_domain(reader, root);
    file.problem = read_choice<problems::Problem>(reader, root, "problem", "", {});
    if (file.problem.options.values().contains("file")) {  // relative to this file, and found from the run folder too
        file.problem.options.set(text("file", ""), std::filesystem::absolute(file.path.parent_path() / file.problem.options.text("file")).lexically_normal().string());
    }
    const auto simulator = simulator_of(file.problem);
    const bool drawn = is_drawn(root, file.problem, simulator.has_value());
    file.pool = file.domain ? Options(pool_keys) : read_pool(reader, root, file.problem.kind, drawn);
    file.goals = read_goals(reader, root, drawn, simulator);
    std::optional<selection::Selection> selection;  // where nothing is wrong with it
    if (root.contains("strategy")) {
        file.strategy = read_strategy(reader, root);
    } else {
        const auto known = reader.problems.size();
        file.selection = read_choice<selection::Selection>(reader, root, "selection", "top-k", {});
        if (reader.problems.size() == known) selection = selection::SelectionRegistration::all().at(file.selection.kind)->make(file.selection.options);
        if (root.contains("acquisition") || !selection || selection->uses_scores) file.acquisition = read_choice<acquisition::Score>(reader, root, "acquisition", "", {});
    }
    if (root.contains("surrogate") && !root.contains("strategy")) read_surrogate(reader, root, file);
    else file.surrogate_common = Options(surrogate_keys);
    file.checkpoint = read_section(reader, find_table(reader, root, "checkpoint"), "checkpoint", checkpoint_keys, {});
    settle_defaults(root, file);
    check_combinations(reader, root, file, selection);
    return file;
}

}  // namespace

bool CampaignFile::pool_is_drawn() const
{
    return pool.values().contains("rows");
}

bool CampaignFile::pool_is_fresh() const
{
    return pool_is_drawn() && pool.whole("ratio") > 0;
}

RowId CampaignFile::drawn_rows() const
{
    return pool_is_fresh() ? pool.whole("ratio") * campaign.whole("batch") : pool.whole("rows");
}

bool CampaignFile::learns_raw_targets() const
{
    return surrogate_common.text("targets") == "raw";
}

bool CampaignFile::predicts() const
{
    return std::any_of(goals.begin(), goals.end(), [](const auto& goal) { return goal.has_no_best(); });
}

bool CampaignFile::classifies() const
{
    return std::any_of(goals.begin(), goals.end(), [](const auto& goal) { return goal.kind == problems::GoalKind::classify; });
}

pool::Residency CampaignFile::residency() const
{
    return {pool::residency_named(pool.text("residency")), static_cast<std::uint64_t>(pool.real("kept_gigabytes") * 1e9)};
}

int CampaignFile::member_groups() const
{
    return pool.values().contains("member_groups") ? static_cast<int>(pool.whole("member_groups")) : 1;
}

std::filesystem::path CampaignFile::pool_path() const
{
    return path.parent_path() / pool.text("file");
}

Checked check_campaign(toml::table root, const std::filesystem::path& path, const std::vector<std::string>& settings, Against against)
{
    Reader reader{path.string(), {}, {}};
    Checked checked{resolve(reader, root, settings), {}};
    if (against == Against::its_pool) check_against_pool(reader, root, checked.file);
    checked.problems = std::move(reader.problems);
    return checked;
}

CampaignFile parse_campaign(const std::string& content, const std::filesystem::path& path, const std::vector<std::string>& settings)
{
    auto checked = check_campaign(parse_toml(content, path.string()), path, settings, Against::nothing);
    if (!checked.problems.empty()) fail_with(path.string(), checked.problems);
    return checked.file;
}

CampaignFile read_campaign(const std::filesystem::path& path, const std::vector<std::string>& settings, const Communicator& ranks)
{
    std::string content;
    on_root(ranks, [&] {
        content = read_file(path);
        const auto checked = check_campaign(parse_toml(content, path.string()), path, settings, Against::its_pool);
        if (!checked.problems.empty()) fail_with(path.string(), checked.problems);
    });
    content = ranks.broadcast(content, 0);
    return parse_campaign(content, path, settings);
}

}  // namespace sluice::campaign
