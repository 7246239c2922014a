#include "campaign/file/sections.hpp"

#include "campaign/file/keys.hpp"
#include "selection/strategy.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

std::optional<pool::Domain> read_domain(Reader& reader, const toml::table& root)
{
    if (!root.contains("domain")) return {};
    const auto* table = find_table(reader, root, "domain");
    const auto options = read_section(reader, table, "domain", domain_keys, {});
    pool::Domain domain{options.numbers("lower"), options.numbers("upper")};
    const auto asked = static_cast<std::size_t>(options.whole("dimension"));
    const auto columns = asked > 0 ? asked : std::max(domain.lower.size(), domain.upper.size());
    for (auto [name, bounds] : {std::pair("lower", &domain.lower), std::pair("upper", &domain.upper)}) {
        const auto place = reader.place("domain", table == nullptr || table->get(name) == nullptr ? table : table->get(name), name);
        if (bounds->size() == 1) bounds->assign(columns, bounds->front());
        const bool refused_already = bounds->empty() && table != nullptr && table->contains(name);
        if (refused_already) continue;
        if (bounds->empty()) reader.add(place, fmt::format("[domain] {}: missing; must be one number, or one for each feature", name));
        else if (bounds->size() != columns) reader.add(place, fmt::format("[domain] {}: {} numbers for {} features; must be one number, or one for each feature", name, bounds->size(), columns));
    }
    if (domain.lower.size() == columns && domain.upper.size() == columns) {
        for (std::size_t c = 0; c < columns; ++c) {
            const bool fits = std::isfinite(domain.lower[c]) && std::isfinite(domain.upper[c]) && static_cast<float>(domain.lower[c]) < static_cast<float>(domain.upper[c]);
            if (!fits) reader.add(reader.place("domain", table), fmt::format("[domain] lower, upper: [{}, {}] of feature {} is not a range", domain.lower[c], domain.upper[c], c));
        }
    }
    if (const auto* node = root.get("pool")) reader.add(reader.place("pool", node), "[pool]: not beside [domain], whose candidates are generated");
    return domain;
}

std::optional<problems::Simulator> simulator_of(const Choice& problem)
{
    const auto& all = Registration<problems::Problem>::all();
    const auto found = all.find(problem.kind);
    return found == all.end() ? std::nullopt : found->second->make(problem.options).simulator;
}

bool is_drawn(const toml::table& root, const Choice& problem, bool simulated)
{
    const bool is_known = Registration<problems::Problem>::all().contains(problem.kind);
    return is_known ? simulated : root.at_path("pool.rows").node() != nullptr && root.at_path("pool.file").node() == nullptr;
}

Options read_pool(Reader& reader, const toml::table& root, const std::string& problem, bool simulated)
{
    const auto* table = find_table(reader, root, "pool");
    const std::string stranger = simulated ? "file" : "rows";
    if (const auto* node = table == nullptr ? nullptr : table->get(stranger)) {
        reader.add(reader.place("pool", node, stranger), simulated ? fmt::format("[pool] file: not with [problem] kind = \"{}\", which draws its pool; say how many rows", problem)
                                                                   : "[pool] rows: only with a simulator, which draws its pool; other problems have a file");
    }
    auto options = read_section(reader, table, "pool", simulated ? simulated_pool_keys : pool_keys, {stranger});
    if (!simulated) return options;
    const auto says = [&](const char* key) { return table != nullptr && table->contains(key); };
    const auto& rows = simulated_pool_keys.front();
    if (!says("rows") && !says("ratio")) reader.add(reader.place("pool", table), fmt::format("[pool] rows: missing; {} ({}), or ratio for a pool drawn anew for each batch", rows.allowed(), rows.help_text));
    if (says("rows") && says("ratio")) reader.add(reader.place("pool", table->get("ratio"), "ratio"), "[pool] rows, ratio: one of them; a pool is drawn once, or anew for each batch");
    return options;
}

namespace {

problems::Goal read_goal(Reader& reader, const toml::table& table)
{
    const auto options = read_section(reader, &table, "target", target_keys, {});
    problems::Goal goal;
    goal.target = options.text("name");
    const auto& kind = options.text("goal");
    const std::map<std::string, problems::GoalKind> goal_kinds = {
        {"maximize", problems::GoalKind::maximize}, {"minimize", problems::GoalKind::minimize}, {"window", problems::GoalKind::window}, {"predict", problems::GoalKind::predict},
        {"classify", problems::GoalKind::classify}};
    goal.kind = goal_kinds.contains(kind) ? goal_kinds.at(kind) : problems::GoalKind::maximize;
    const auto& window = options.numbers("window");
    const auto place = reader.place("target", table.get("window") != nullptr ? table.get("window") : &table);
    if (kind == "window") {
        const auto* node = table.get("window");
        const bool refused_already = node != nullptr && !(node->is_array() && node->as_array()->empty());
        if (window.empty() && !refused_already) reader.add(place, "[[target]] window: missing; must be [lowest, highest]");
        else if (window.size() == 2 && window[0] <= window[1]) goal.low = window[0], goal.high = window[1];
        else if (!window.empty()) reader.add(place, fmt::format("[[target]] window = [{}]: must be [lowest, highest]", fmt::join(window, ", ")));
    } else if (!window.empty()) {
        reader.add(place, "[[target]] window: only for goal = \"window\"");
    }
    goal.classes = options.whole("classes");
    const auto* classes = table.get("classes");
    if (kind == "classify" && classes == nullptr) reader.add(reader.place("target", &table), "[[target]] classes: missing; a whole number from 2 to 1000: labels of goal = \"classify\" are 0 to classes - 1");
    if (kind != "classify" && classes != nullptr) reader.add(reader.place("target", classes), "[[target]] classes: only for goal = \"classify\"");
    return goal;
}

}  // namespace

std::vector<problems::Goal> read_goals(Reader& reader, const toml::table& root, bool drawn, const std::optional<problems::Simulator>& simulator)
{
    const auto* node = root.get("target");
    if (node == nullptr && drawn) {
        std::vector<problems::Goal> goals;
        for (const auto& name : simulator ? simulator->targets : std::vector<std::string>()) goals.push_back({name, problems::GoalKind::predict});
        return goals;
    }
    if (node == nullptr || !node->is_array_of_tables()) {
        const auto* found = node == nullptr ? "[[target]]: missing" : "target: must be written [[target]]";
        reader.add(reader.place("target", node), fmt::format("{}; at least one such section with name and goal is needed", found));
        return {};
    }
    std::vector<problems::Goal> goals;
    std::set<std::string> names;
    for (const auto& element : *node->as_array()) {
        goals.push_back(read_goal(reader, *element.as_table()));
        if (!names.insert(goals.back().target).second) reader.add(reader.place("target", &element), fmt::format("[[target]] name = \"{}\": appears twice", goals.back().target));
    }
    return goals;
}

Choice read_strategy(Reader& reader, const toml::table& root)
{
    auto strategy = read_choice<Strategy>(reader, root, "strategy", "", {});
    for (const char* section : {"surrogate", "acquisition", "selection"}) {
        if (const auto* node = root.get(section)) reader.add(reader.place(section, node), fmt::format("[{}]: not beside [strategy], which stands in place of it", section));
    }
    return strategy;
}

}  // namespace sluice::campaign
