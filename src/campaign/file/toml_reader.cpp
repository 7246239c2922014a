#include "campaign/file/toml_reader.hpp"

#include "base/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

namespace sluice::campaign {

namespace {

std::optional<OptionValue> to_option(const toml::node& node)
{
    if (const auto* boolean = node.as_boolean()) return boolean->get();
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* string = node.as_string()) return string->get();
    if (const auto* array = node.as_array()) {
        std::vector<double> list;
        for (const auto& element : *array) {
            const auto number = element.value<double>();
            if (!number) return {};
            list.push_back(*number);
        }
        return list;
    }
    return {};
}

}  // namespace

std::string Reader::place(const std::string& label, const toml::node* node, const std::string& key) const
{
    if (from_command_line.contains(label + "." + key)) return fmt::format("--set {}.{}", label, key);
    const auto line = node == nullptr ? 0U : static_cast<unsigned>(node->source().begin.line);
    return line == 0 ? path : fmt::format("{}:{}", path, line);
}

void Reader::add(const std::string& place, const std::string& what)
{
    problems.push_back(fmt::format("{}: {}", place, what));
}

toml::table parse_toml(const std::string& content, const std::string& path)
{
    try {
        return toml::parse(content, path);
    } catch (const toml::parse_error& error) {
        fail("{}:{}: not valid TOML: {}", path, static_cast<unsigned>(error.source().begin.line), error.description());
    }
}

std::string shown(const toml::node& node)
{
    std::ostringstream out;
    node.visit([&](const auto& value) { out << value; });
    return out.str();
}

Options read_section(Reader& reader, const toml::table* table, const std::string& label, const std::vector<OptionSpec>& specs, const std::vector<std::string>& elsewhere)
{
    Options options(specs);
    std::set<std::string> seen;
    std::vector<std::string> known = elsewhere;
    for (const auto& spec : specs) known.push_back(spec.name);
    std::sort(known.begin(), known.end());  // the two readers of [surrogate] say the same of an unknown key
    if (table != nullptr) {
        for (const auto& [key, node] : *table) {
            const std::string name(key.str());
            seen.insert(name);
            const auto spec = std::find_if(specs.begin(), specs.end(), [&](const OptionSpec& s) { return s.name == name; });
            const auto place = reader.place(label, &node, name);
            if (spec == specs.end()) {
                if (std::find(elsewhere.begin(), elsewhere.end(), name) != elsewhere.end()) continue;
                const auto near = nearest_name(name, known);
                reader.add(place, near.empty() ? fmt::format("[{}] {}: unknown key; allowed: {}", label, name, fmt::join(known, ", "))
                                               : fmt::format("[{}] {}: unknown key; did you mean {}?", label, name, near));
                continue;
            }
            const auto value = to_option(node);
            const std::string complaint = value ? spec->complaint(*value) : spec->allowed();
            if (complaint.empty()) options.set(*spec, *value);
            else reader.add(place, fmt::format("[{}] {} = {}: must be {}", label, name, shown(node), complaint));
        }
    }
    for (const auto& spec : specs) {
        if (spec.is_required && !seen.contains(spec.name)) reader.add(reader.place(label, table), fmt::format("[{}] {}: missing; {} ({})", label, spec.name, spec.allowed(), spec.help_text));
    }
    return options;
}

const toml::table* find_table(Reader& reader, const toml::table& root, const std::string& label)
{
    const auto* node = root.get(label);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) reader.add(reader.place(label, node), fmt::format("[{}]: must be a section", label));
    return node->as_table();
}

void apply_setting(Reader& reader, toml::table& root, const std::string& setting)
{
    const auto equals = setting.find('=');
    const auto dot = setting.rfind('.', equals);
    const bool is_malformed = equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 == equals;
    if (is_malformed || setting.find("..") < equals) {
        reader.add("--set " + setting, "must be section.key=value, e.g. campaign.seed=2");
        return;
    }
    const std::string section = setting.substr(0, dot), key = setting.substr(dot + 1, equals - dot - 1), value = setting.substr(equals + 1);
    toml::table parsed;
    try {
        parsed = toml::parse(fmt::format("x = {}", value));
    } catch (const toml::parse_error&) {  // a text without quotes
        parsed = toml::parse(fmt::format("x = {}", to_toml(OptionValue(value))));
    }
    toml::table* table = &root;
    for (std::size_t begin = 0; begin <= section.size();) {
        const auto end = std::min(section.find('.', begin), section.size());
        const std::string part = section.substr(begin, end - begin);
        if (!table->contains(part)) table->insert(part, toml::table());
        table = table->get(part)->as_table();
        if (table == nullptr) {
            reader.add("--set " + setting, fmt::format("{} is not a section with keys", part));
            return;
        }
        begin = end + 1;
    }
    table->insert_or_assign(key, *parsed.get("x"));
    reader.from_command_line.insert(section + "." + key);
}

void lay_over(toml::table& below, toml::table&& above)
{
    const auto erase = [&](std::initializer_list<const char*> sections) {
        for (const char* section : sections) below.erase(section);
    };
    if (above.contains("strategy")) erase({"surrogate", "acquisition", "selection"});
    else if (above.contains("surrogate") || above.contains("acquisition") || above.contains("selection")) erase({"strategy"});
    for (auto&& [key, node] : above) {
        auto* mine = below.get_as<toml::table>(key);
        auto* theirs = node.as_table();
        const auto is_another_kind = [&] { return theirs->contains("kind") && mine->at_path("kind").value<std::string>() != theirs->at_path("kind").value<std::string>(); };
        if (mine != nullptr && theirs != nullptr && !is_another_kind()) lay_over(*mine, std::move(*theirs));
        else std::move(node).visit([&, name = key](auto&& moved) { below.insert_or_assign(name, std::move(moved)); });
    }
}

void fail_with(const std::string& path, const std::vector<std::string>& problems)
{
    fail("{}\n{} problem{} in {}; nothing was started", fmt::join(problems, "\n"), problems.size(), problems.size() == 1 ? "" : "s", path);
}

}  // namespace sluice::campaign
