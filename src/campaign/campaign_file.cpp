#include "campaign/campaign_file.hpp"

#include "base/files.hpp"
#include "campaign/campaign_table.hpp"
#include "fusion/objective_space.hpp"
#include "selection/strategy.hpp"

#include <fmt/ranges.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::campaign {

namespace {

// ---- What a campaign file may say -----------------------------------------------------------------------------------------------------------------

const std::vector<OptionSpec> campaign_keys = {
    text("name", "").required().help("of the campaign; also of its run folder"),
    whole("seed", 1).at_least(0).at_most(4294967295.0).help("of every random draw"),
    whole("batch", 10).at_least(1).at_most(1e6).help("rows asked for in one iteration"),
    whole("iterations", 50).at_least(0).help("batches at most, after the initial rows"),
    text("stop", "top-10").one_of({"top-10", "never"}).or_number().help(
        "top-10: a row of the best min(10, 1 %) of a closed pool is labelled; a number: a single target is as good as that; never by default where there is no best"),
};

const std::vector<OptionSpec> initial_keys = {
    whole("count", 20).at_least(1).help("initial rows"),
    text("rule", "").one_of({"lower-half", "random", "rows", "file", "latin-hypercube"}).help(
        "how they are chosen; by default lower-half for a closed pool that is searched for its best, latin-hypercube for a domain, else random"),
    numbers("rows").help("the rows, for rule = \"rows\""),
    text("file", "").help("CSV of rows or ids with known labels, for rule = \"file\""),
};

const OptionSpec scaling_key =
    text("scaling", "standard").one_of({"standard", "none"}).help("of features, for models and distances: mean 0 and deviation 1 over the pool, or as stored");

const OptionSpec sparse_key = real("sparse", 0).at_least(0).at_most(0.9).help("share of the test rows, those with the fewest candidates near, on which the error is also given apart from that on the others; 0: it is not");

const std::vector<OptionSpec> pool_keys = {
    text("file", "").required().help("pool file, relative to the campaign file"),
    scaling_key,
    text("missing", "error").one_of({"error", "drop-row"}).help("what happens to a row with a feature that is not a number"),
    whole("test", 0).at_least(0).help("rows of a closed pool, drawn at random, that models are tested on and that are never asked for"),
    sparse_key,
    text("residency", "auto").one_of({"memory", "stream", "auto"}).help("features are kept in memory, or read again in every pass over the pool; auto: kept where they fit. The answers are the same"),
    real("kept_gigabytes", 0).at_least(0).help("features that a rank keeps at most, for residency = \"auto\"; 0: half of the node's memory, or of what its control group or SLURM allows, shared by its ranks"),
    whole("member_groups", 1).at_least(1).at_most(1024).help("consecutive ranks that share the surrogates of fusion: each predicts the rows of all of them with some, reading them from the file. The answers are the same"),
};

/// In place of them, where a simulator draws the pool.
const std::vector<OptionSpec> simulated_pool_keys = {
    whole("rows", 0).at_least(1).at_most(1e10).help("candidates drawn by a simulator, in place of file"),
    whole("ratio", 0).at_least(1).at_most(1e6).help("in place of rows: for each batch so many candidates per row wanted, drawn anew; rows are numbered on through the campaign"),
    scaling_key,
    whole("test", 2000).at_least(0).at_most(1e7).help("further points, drawn by a simulator, that models are tested on"),
    sparse_key,
};

const std::vector<OptionSpec> domain_keys = {
    whole("dimension", 0).at_least(0).at_most(21201).help("features of a candidate; 0: as many as there are bounds"),
    numbers("lower").help("lowest values: one for all features, or one each"),
    numbers("upper").help("highest values"),
};

const std::vector<OptionSpec> target_keys = {
    text("name", "").required().help("a target of the pool, or an output of the simulator; a simulator's may all be left out, and are to be predicted then"),
    text("goal", "maximize").one_of({"maximize", "minimize", "window", "predict", "classify"}).help("what is wanted of it; predict: no value is better, the model is to learn all of them; classify: its values are numbers of classes, which a classifier is to learn"),
    numbers("window").help("lowest and highest value, for goal = \"window\""),
    whole("classes", 0).at_least(2).at_most(1000).help("for goal = \"classify\": how many; labels are whole numbers from 0 to classes - 1"),
};

const std::vector<OptionSpec> surrogate_keys = {
    whole("members", 10).at_least(1).at_most(1000).help("bootstrap members, at least 2; of mc-dropout, networks; of a Gaussian process, starts of the search for its kernel"),
    text("targets", "standardised").one_of({"standardised", "raw"}).help("what models learn, and scores and distances are of: each target with mean 0 and deviation 1 over the labels, or as it is"),
    whole("member_block", 5).at_least(1).at_most(1000).help("members trained as one batch; ranks share blocks, results depend on it in the last bits"),
};

const std::vector<OptionSpec> checkpoint_keys = {
    whole("every", 1).at_least(1).help("iterations between checkpoints"),
    real("seconds", 30.0).at_least(0).help("between checkpoints of a long training, beside those of iterations"),
};

template <typename Made>
std::vector<std::string> kinds()
{
    std::vector<std::string> names;
    for (const auto& [name, entry] : Registration<Made>::all()) names.push_back(name);
    return names;
}

/// A section that chooses a registered thing by its kind; `common` keys belong to the section whatever the kind.
template <typename Made>
Choice read_choice(Reader& reader, const toml::table& root, const std::string& label, const std::string& fallback, const std::vector<OptionSpec>& common)
{
    const auto kind_key = fallback.empty() ? text("kind", "").one_of(kinds<Made>()).required().help("what it is") : text("kind", fallback).one_of(kinds<Made>());
    const auto* table = find_table(reader, root, label);
    Choice choice;
    std::vector<std::string> common_names;
    for (const auto& spec : common) common_names.push_back(spec.name);
    const auto* kind_node = table == nullptr ? nullptr : table->get("kind");
    if (kind_node == nullptr && fallback.empty()) {
        reader.add(reader.place(label, table), fmt::format("[{}] kind: missing; must be {}", label, kind_key.allowed()));
        return choice;
    }
    choice.kind = kind_node == nullptr ? fallback : kind_node->value_or(std::string());
    const auto& all = Registration<Made>::all();
    if (const auto found = all.find(choice.kind); found != all.end()) {
        common_names.emplace_back("kind");
        choice.options = read_section(reader, table, label, found->second->options, common_names);
        try {
            if (found->second->resolve) found->second->resolve(choice.options);
        } catch (const Error& error) {
            reader.add(reader.place(label, table), fmt::format("[{}] {}", label, error.what()));
        }
    } else {
        const auto near = nearest_name(choice.kind, kinds<Made>());
        reader.add(reader.place(label, kind_node, "kind"),
                   fmt::format("[{}] kind = {}: must be {}{}", label, shown(*kind_node), kind_key.allowed(), near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
    }
    return choice;
}

/// The box of generated candidates. A bound that stands for all features is repeated.
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

/// The simulator of a problem, where it is one.
std::optional<problems::Simulator> simulator_of(const Choice& problem)
{
    const auto& all = Registration<problems::Problem>::all();
    const auto found = all.find(problem.kind);
    return found == all.end() ? std::nullopt : found->second->make(problem.options).simulator;
}

/// Whether the pool is drawn and not read; of a problem of unknown kind, which has been reported, by what the section says.
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

/// Without sections [[target]], a simulator's outputs are to be predicted.
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

/// A campaign names a simulator's outputs, in any order, and all of them.
void check_outputs(Reader& reader, const toml::table& root, const CampaignFile& file, const problems::Simulator& simulator)
{
    const auto* node = root.get("target");
    for (std::size_t t = 0; t < file.goals.size(); ++t) {
        const auto& name = file.goals[t].target;
        if (name.empty() || std::find(simulator.targets.begin(), simulator.targets.end(), name) != simulator.targets.end()) continue;
        reader.add(reader.place("target", root.at_path(fmt::format("target[{}].name", t)).node()),
                   fmt::format("[[target]] name = \"{}\": not an output of \"{}\"; allowed: {}", name, file.problem.kind, fmt::join(simulator.targets, ", ")));
    }
    if (!file.goals.empty() && file.goals.size() < simulator.targets.size()) {
        reader.add(reader.place("target", node), fmt::format("[[target]]: {} of the {} outputs of \"{}\"; name all of them, or none and all are to be predicted",
                                                             file.goals.size(), simulator.targets.size(), file.problem.kind));
    }
}

/// What goal = "classify" cannot be beside.
void check_class(Reader& reader, const toml::table& root, const CampaignFile& file, bool closed)
{
    if (!file.classifies()) return;
    if (file.goals.size() > 1) reader.add(reader.place("target", root.get("target")), fmt::format("[[target]]: {} of them; goal = \"classify\" is for a single target", file.goals.size()));
    if (!closed && file.problem.kind != "ask-tell") {
        reader.add(reader.place("problem", root.get("problem")), fmt::format("[problem] kind = \"{}\": answers with numbers and not with classes; allowed where goal = \"classify\": \"closed-pool\", \"ask-tell\"", file.problem.kind));
    }
    if (Registration<Strategy>::all().contains(file.strategy.kind)) {
        reader.add(reader.place("strategy", root.get("strategy")), fmt::format("[strategy] kind = \"{}\": learns numbers, and the target is a class", file.strategy.kind));
    }
}

void check_combinations(Reader& reader, const toml::table& root, CampaignFile& file, bool simulated)
{
    // A problem of unknown kind has been reported: no complaints that follow from it.
    const bool closed = file.problem.kind == "closed-pool" || !Registration<problems::Problem>::all().contains(file.problem.kind);
    const bool has_best = closed && !file.predicts();  // known to the program
    const auto stop_place = reader.place("campaign", root.at_path("campaign.stop").node(), "stop");
    if (file.campaign.is_number("stop") && file.goals.size() > 1) reader.add(stop_place, "[campaign] stop: a number needs a single target");
    if (file.problem.kind == "function" && file.goals.size() > 1) reader.add(reader.place("problem", root.get("problem")), fmt::format("[problem] kind = \"function\": {} targets; a function has one", file.goals.size()));
    if (file.campaign.is_number("stop") && file.predicts()) reader.add(stop_place, "[campaign] stop: a number needs a goal that values can reach; nothing is better where goal = \"predict\"; allowed here: \"never\"");
    if (file.domain && (file.problem.kind == "closed-pool" || simulated)) {
        reader.add(reader.place("problem", root.get("problem")), fmt::format("[problem] kind = \"{}\": not with [domain]; allowed here: \"function\", \"ask-tell\"", file.problem.kind));
    }
    if (!file.domain && !simulated && !closed && file.pool.whole("test") > 0) {
        reader.add(reader.place("pool", root.at_path("pool.test").node(), "test"), "[pool] test: only for a closed pool, whose labels are known, and for simulators");
    }
    check_class(reader, root, file, closed);
    if (file.pool.real("sparse") > 0 && (file.pool.whole("test") == 0 || file.surrogate.kind.empty() || file.classifies())) {
        reader.add(reader.place("pool", root.at_path("pool.sparse").node(), "sparse"), "[pool] sparse: only where there are test rows (test) and a [surrogate] that learns numbers, whose error is given for them apart");
    }
    const bool not_fusion = file.strategy.kind != "fusion" && (file.strategy.kind.empty() || Registration<Strategy>::all().contains(file.strategy.kind));
    if (file.domain && not_fusion) reader.add(reader.place("domain", root.get("domain")), "[domain]: needs [strategy] kind = \"fusion\", which generates candidates");
    if (file.member_groups() > 1 && not_fusion) {
        reader.add(reader.place("pool", root.at_path("pool.member_groups").node(), "member_groups"), "[pool] member_groups: needs [strategy] kind = \"fusion\", whose surrogates the ranks of a group share");
    }
    if (!has_best && !file.campaign.is_number("stop") && file.campaign.text("stop") == "top-10") {
        if (root.at_path("campaign.stop") && closed) reader.add(stop_place, "[campaign] stop = \"top-10\": no row is best where goal = \"predict\"; allowed here: \"never\"");
        else if (root.at_path("campaign.stop")) reader.add(stop_place, "[campaign] stop = \"top-10\": only for a closed pool, whose labels are known; allowed here: \"never\" or a number");
        else file.campaign.set(text("stop", ""), std::string("never"));
    }
    if (file.pool_is_fresh() && !file.strategy.kind.empty()) {
        reader.add(reader.place("pool", root.at_path("pool.ratio").node(), "ratio"), "[pool] ratio: not with [strategy], which remembers what it learns of a pool");
    }
    auto& initial = file.initial;
    const auto rule_place = reader.place("campaign.initial", root.at_path("campaign.initial").node(), "rule");
    if (initial.text("rule").empty()) initial.set(text("rule", ""), std::string(file.domain ? "latin-hypercube" : has_best ? "lower-half" : "random"));
    const auto& rule = initial.text("rule");
    if (file.domain && rule != "latin-hypercube" && rule != "random") reader.add(rule_place, fmt::format("[campaign.initial] rule = \"{}\": not with [domain]; allowed here: \"latin-hypercube\", \"random\"", rule));
    if (!file.domain && rule == "latin-hypercube") reader.add(rule_place, "[campaign.initial] rule = \"latin-hypercube\": only with [domain]");
    if (rule == "lower-half" && !has_best) {
        reader.add(rule_place, fmt::format("[campaign.initial] rule = \"lower-half\": {}; allowed here: \"random\", \"rows\", \"file\"",
                                           closed ? "no half is lower where goal = \"predict\"" : "only for a closed pool"));
    }
    if (file.pool_is_fresh() && rule == "file") reader.add(rule_place, "[campaign.initial] rule = \"file\": not with [pool] ratio; allowed here: \"random\", \"rows\"");
    if ((rule == "rows") == initial.numbers("rows").empty()) reader.add(rule_place, "[campaign.initial] rows: a list of rows goes with rule = \"rows\", and only with it");
    if ((rule == "file") == initial.text("file").empty()) reader.add(rule_place, "[campaign.initial] file: a CSV file goes with rule = \"file\", and only with it");
    std::set<double> rows;
    for (const double row : initial.numbers("rows")) {
        if (!(row >= 0 && row == std::floor(row))) reader.add(rule_place, fmt::format("[campaign.initial] rows: {} is not a row number", row));
        else if (!rows.insert(row).second) reader.add(rule_place, fmt::format("[campaign.initial] rows: {} appears twice", row));
    }
    if (const auto& name = file.campaign.text("name"); name.find('/') != std::string::npos || name.starts_with(".")) {
        reader.add(reader.place("campaign", root.at_path("campaign.name").node(), "name"), fmt::format("[campaign] name = \"{}\": must be usable as a file name", name));
    }
}

/// A score may need a surrogate, and goals that have a better and a worse.
void check_score(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto& all = Registration<acquisition::Score>::all();
    if (!all.contains(file.acquisition.kind)) return;
    const auto make = [&](const std::string& kind) { return all.at(kind)->make(kind == file.acquisition.kind ? file.acquisition.options : Options(all.at(kind)->options)); };
    const auto score = make(file.acquisition.kind);
    if (score.needs_model && !root.contains("surrogate")) {
        reader.add(reader.path, fmt::format("[surrogate]: missing; [acquisition] kind = \"{}\" needs one of: {}", file.acquisition.kind, fmt::join(kinds<models::Family>(), ", ")));
    }
    const auto kind_place = reader.place("acquisition", root.at_path("acquisition.kind").node(), "kind");
    const auto& families = models::FamilyRegistration::all();
    if (score.needs_output_change && families.contains(file.surrogate.kind) && !families.at(file.surrogate.kind)->make(file.surrogate.options).output_change) {
        std::vector<std::string> able;
        for (const auto& [kind, entry] : families) {
            if (entry->make(Options(entry->options)).output_change) able.push_back("\"" + kind + "\"");
        }
        reader.add(kind_place, fmt::format("[acquisition] kind = \"{}\": needs a [surrogate] that can be differentiated by its parameters: {}", file.acquisition.kind, fmt::join(able, ", ")));
    }
    const auto& problems = problems::ProblemRegistration::all();
    if (score.needs_truth && problems.contains(file.problem.kind) && !problems.at(file.problem.kind)->make(file.problem.options).has_oracle()) {
        reader.add(kind_place, fmt::format("[acquisition] kind = \"{}\": needs a problem that knows the labels of all candidates beforehand, to measure what no method can do better", file.acquisition.kind));
    }
    const auto complaint = [&](const acquisition::Score& of) -> std::string {
        if (of.prefers_better && file.predicts()) return fmt::format("nothing is better where goal = \"{}\"", file.classifies() ? "classify" : "predict");
        if (of.needs_probabilities && !file.classifies()) return "reads probabilities of classes, and no [[target]] has goal = \"classify\"";
        if (of.own_model && of.own_model->classifies != file.classifies()) return file.classifies() ? "its model learns numbers, and the target is a class" : "its model learns classes";
        return "";
    };
    if (const auto what = complaint(score); !what.empty()) {
        std::vector<std::string> allowed;
        for (const auto& kind : kinds<acquisition::Score>()) {
            if (complaint(make(kind)).empty()) allowed.push_back("\"" + kind + "\"");
        }
        reader.add(kind_place, fmt::format("[acquisition] kind = \"{}\": {}; allowed here: {}", file.acquisition.kind, what, fmt::join(allowed, ", ")));
    }
}

/// Classifiers are for classes, and other surrogates for numbers.
void check_surrogate(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto& families = models::FamilyRegistration::all();
    if (!families.contains(file.surrogate.kind) || families.at(file.surrogate.kind)->make(file.surrogate.options).classifies == file.classifies()) return;
    std::vector<std::string> allowed;
    for (const auto& [kind, entry] : families) {
        if (entry->make(Options(entry->options)).classifies == file.classifies()) allowed.push_back("\"" + kind + "\"");
    }
    reader.add(reader.place("surrogate", root.at_path("surrogate.kind").node(), "kind"),
               fmt::format("[surrogate] kind = \"{}\": {}; allowed here: {}", file.surrogate.kind,
                           file.classifies() ? "learns numbers, and the target is a class" : "learns classes, and no [[target]] has goal = \"classify\"", fmt::join(allowed, ", ")));
}

/// An ensemble of one is sure of everything.
void check_members(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto& families = models::FamilyRegistration::all();
    if (!families.contains(file.surrogate.kind) || file.surrogate_common.whole("members") > 1) return;
    const auto family = families.at(file.surrogate.kind)->make(file.surrogate.options);
    if (family.form == models::Form::moments || family.passes > 1) return;
    reader.add(reader.place("surrogate", root.at_path("surrogate.members").node(), "members"), "[surrogate] members = 1: must be a whole number from 2 to 1000, as the ensemble's spread is what is used");
}

/// A batch rule may need a surrogate, or one that can be conditioned on rows without labels.
void check_selection(Reader& reader, const toml::table& root, const CampaignFile& file, const selection::Selection& selection)
{
    const auto& families = models::FamilyRegistration::all();
    std::vector<std::string> allowed;
    for (const auto& [kind, entry] : families) {
        if (!selection.needs_posterior || entry->make(Options(entry->options)).posterior) allowed.push_back(kind);
    }
    if ((selection.needs_predictions || selection.needs_posterior) && !root.contains("surrogate")) {
        reader.add(reader.path, fmt::format("[surrogate]: missing; [selection] kind = \"{}\" needs one of: {}", file.selection.kind, fmt::join(allowed, ", ")));
    }
    if (selection.needs_posterior && families.contains(file.surrogate.kind) && std::find(allowed.begin(), allowed.end(), file.surrogate.kind) == allowed.end()) {
        reader.add(reader.place("selection", root.at_path("selection.kind").node(), "kind"),
                   fmt::format("[selection] kind = \"{}\": needs a [surrogate] kind that is a Gaussian process: {}", file.selection.kind, fmt::join(allowed, ", ")));
    }
}

/// A strategy chooses batches whole: it stands in place of the sections that choose them in steps.
void read_strategy(Reader& reader, const toml::table& root, CampaignFile& file)
{
    file.strategy = read_choice<Strategy>(reader, root, "strategy", "", {});
    if (file.strategy.kind == "fusion" && file.goals.size() > fusion::most_targets) {
        reader.add(reader.place("strategy", root.get("strategy")), fmt::format("[strategy] kind = \"fusion\": {} targets; at most {} are combined", file.goals.size(), fusion::most_targets));
    }
    if (file.strategy.kind == "fusion" && file.predicts() && !file.classifies()) {
        reader.add(reader.place("strategy", root.get("strategy")), "[strategy] kind = \"fusion\": searches for the best, and nothing is better where goal = \"predict\"");
    }
    for (const char* section : {"surrogate", "acquisition", "selection"}) {
        if (const auto* node = root.get(section)) reader.add(reader.place(section, node), fmt::format("[{}]: not beside [strategy], which stands in place of it", section));
    }
}

/// Resolves a parsed file as far as it can be; problems go to the reader.
CampaignFile resolve(Reader& reader, toml::table& root, const std::vector<std::string>& settings)
{
    for (const auto& setting : settings) apply_setting(reader, root, setting);
    CampaignFile file;
    file.path = reader.path;
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
    if (simulator) check_outputs(reader, root, file, *simulator);
    std::optional<selection::Selection> selection;  // where nothing is wrong with it
    if (root.contains("strategy")) {
        read_strategy(reader, root, file);
    } else {
        const auto known = reader.problems.size();
        file.selection = read_choice<selection::Selection>(reader, root, "selection", "top-k", {});
        if (reader.problems.size() == known) selection = selection::SelectionRegistration::all().at(file.selection.kind)->make(file.selection.options);
        if (root.contains("acquisition") || !selection || selection->uses_scores) file.acquisition = read_choice<acquisition::Score>(reader, root, "acquisition", "", {});
    }
    if (root.contains("surrogate") && !root.contains("strategy")) {
        file.surrogate = read_choice<models::Family>(reader, root, "surrogate", "", surrogate_keys);
        if (const auto* table = root.get("surrogate")->as_table()) {
            std::vector<std::string> all_keys;  // unknown ones are reported already, with the keys of the kind
            for (const auto& [key, node] : *table) all_keys.emplace_back(key.str());
            file.surrogate_common = read_section(reader, table, "surrogate", surrogate_keys, all_keys);
        }
    } else {
        file.surrogate_common = Options(surrogate_keys);
    }
    file.checkpoint = read_section(reader, find_table(reader, root, "checkpoint"), "checkpoint", checkpoint_keys, {});
    check_combinations(reader, root, file, drawn);
    check_score(reader, root, file);
    if (selection) check_selection(reader, root, file, *selection);
    check_surrogate(reader, root, file);
    check_members(reader, root, file);
    return file;
}

/// \param parts  keys to leave out, and options
std::string section_text(const std::string& title, const std::vector<std::pair<std::set<std::string>, const Options*>>& parts, const std::string& kind)
{
    std::string out = fmt::format("[{}]\n", title);
    if (!kind.empty()) out += fmt::format("kind = {}\n", sluice::to_toml(OptionValue(kind)));
    for (const auto& [skip, options] : parts) {
        for (const auto& [name, value] : options->values()) {
            const auto* list = std::get_if<std::vector<double>>(&value);
            const auto* string = std::get_if<std::string>(&value);
            const bool unset = (list != nullptr && list->empty()) || (string != nullptr && string->empty());
            if (!skip.contains(name) && !unset) out += fmt::format("{} = {}\n", name, sluice::to_toml(value));
        }
    }
    return out + "\n";
}

/// Of the two ways to say how many candidates a simulator draws, the one that is not used.
std::set<std::string> unused_of_drawn(const CampaignFile& file)
{
    return file.pool_is_drawn() ? std::set<std::string>{file.pool_is_fresh() ? "rows" : "ratio"} : std::set<std::string>();
}

/// Keys of [pool] that do not decide the results: where it and its features lie, and that there are no test rows, or none apart, which older runs do not say.
std::set<std::string> not_of_the_results(const CampaignFile& file)
{
    auto keys = unused_of_drawn(file);
    keys.insert({"file", "residency", "kept_gigabytes", "member_groups"});
    if (file.pool.whole("test") == 0) keys.insert("test");
    if (file.pool.real("sparse") == 0) keys.insert("sparse");
    return keys;
}

/// Keys of [surrogate] that older runs do not say, where they change nothing.
std::set<std::string> unsaid_of_surrogate(const CampaignFile& file)
{
    return file.learns_raw_targets() ? std::set<std::string>() : std::set<std::string>{"targets"};
}

std::string results_text(const CampaignFile& file, bool for_identity)
{
    const std::set<std::string> nothing;
    std::string out = section_text("campaign", {{for_identity ? std::set<std::string>{"iterations"} : nothing, &file.campaign}}, "");
    out += section_text("campaign.initial", {{nothing, &file.initial}}, "");
    if (file.domain) out += fmt::format("[domain]\nlower = {}\nupper = {}\n\n", sluice::to_toml(file.domain->lower), sluice::to_toml(file.domain->upper));
    else out += section_text("pool", {{for_identity ? not_of_the_results(file) : unused_of_drawn(file), &file.pool}}, "");
    for (const auto& goal : file.goals) {
        out += fmt::format("[[target]]\nname = {}\n", sluice::to_toml(OptionValue(goal.target)));
        if (goal.kind == problems::GoalKind::window) out += fmt::format("goal = \"window\"\nwindow = [{}, {}]\n\n", goal.low, goal.high);
        else if (goal.kind == problems::GoalKind::classify) out += fmt::format("goal = \"classify\"\nclasses = {}\n\n", goal.classes);
        else out += fmt::format("goal = \"{}\"\n\n", goal.kind == problems::GoalKind::maximize ? "maximize" : goal.kind == problems::GoalKind::minimize ? "minimize" : "predict");
    }
    out += section_text("problem", {{for_identity ? std::set<std::string>{"file"} : nothing, &file.problem.options}}, file.problem.kind);
    if (!file.surrogate.kind.empty()) out += section_text("surrogate", {{for_identity ? unsaid_of_surrogate(file) : nothing, &file.surrogate_common}, {nothing, &file.surrogate.options}}, file.surrogate.kind);
    if (!file.strategy.kind.empty()) return out + section_text("strategy", {{nothing, &file.strategy.options}}, file.strategy.kind);
    if (!file.acquisition.kind.empty()) out += section_text("acquisition", {{nothing, &file.acquisition.options}}, file.acquisition.kind);
    out += section_text("selection", {{nothing, &file.selection.options}}, file.selection.kind);
    return out;
}

/// What a campaign asks of its pool that the pool does not have.
void check_against_pool(Reader& reader, const toml::table& root, const CampaignFile& file, const pool::PoolInfo& info)
{
    for (std::size_t t = 0; t < file.goals.size() && file.problem.kind == "closed-pool"; ++t) {
        const auto& name = file.goals[t].target;
        if (name.empty() || std::find(info.target_names.begin(), info.target_names.end(), name) != info.target_names.end()) continue;
        reader.add(reader.place("target", root.at_path(fmt::format("target[{}].name", t)).node()),
                   fmt::format("[[target]] name = \"{}\": not a target of {}; allowed: {}", name, info.path, fmt::join(info.target_names, ", ")));
    }
    const auto* initial = root.at_path("campaign.initial").node();
    for (const double row : file.initial.numbers("rows")) {
        if (row >= static_cast<double>(info.rows)) {
            reader.add(reader.place("campaign.initial", initial, "rows"), fmt::format("[campaign.initial] rows: {} is not a row of {}; allowed: 0 to {}", row, info.path, info.rows - 1));
        }
    }
    if (const auto count = file.initial.whole("count"); file.initial.text("rule") == "random" && count > info.rows) {
        reader.add(reader.place("campaign.initial", initial, "count"), fmt::format("[campaign.initial] count = {}: {} has {} rows", count, info.path, info.rows));
    }
    if (const auto test = file.pool.whole("test"); file.problem.kind == "closed-pool" && test > info.rows) {
        reader.add(reader.place("pool", root.at_path("pool.test").node(), "test"), fmt::format("[pool] test = {}: {} has {} rows", test, info.path, info.rows));
    }
}

/// Whether all labels of a closed pool are classes, or unknown. The first that is not is reported.
void check_classes(Reader& reader, const toml::table& root, const CampaignFile& file, const pool::PoolInfo& info, const hdf5::File& pool)
{
    constexpr RowId rows_at_once = 65536;
    const auto& goal = file.goals.front();
    const auto width = info.target_names.size();
    const auto column = static_cast<std::size_t>(std::find(info.target_names.begin(), info.target_names.end(), goal.target) - info.target_names.begin());
    if (column == width || goal.classes < 2) return;  // reported
    std::vector<double> targets;
    for (RowId first = 0; first < info.rows; first += rows_at_once) {
        const auto count = std::min(rows_at_once, info.rows - first);
        targets.resize(static_cast<std::size_t>(count) * width);
        pool.read_rows("/targets", hdf5::Type::float64, first, count, targets.data());
        for (RowId i = 0; i < count; ++i) {
            const double value = targets[static_cast<std::size_t>(i) * width + column];
            if (std::isnan(value) || goal.allows(value)) continue;
            reader.add(reader.place("target", root.at_path("target[0].name").node()),
                       fmt::format("[[target]] name = \"{}\": {} of row {} of {} is not a class; must be a whole number from 0 to {}, or NaN where unknown", goal.target, value, first + i, info.path, goal.classes - 1));
            return;
        }
    }
}

/// A simulator may need what is not there: it answers one row before work starts.
void check_simulator(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto simulator = simulator_of(file.problem);
    if (!simulator) return;
    try {
        std::vector<float> x(simulator->columns.size());
        std::vector<double> y(simulator->targets.size());
        simulator->draw(file.seed(), problems::Population::pool, 0, x);
        simulator->answer(file.seed(), problems::Population::pool, 0, x, y);
    } catch (const Error& error) {
        reader.add(reader.place("problem", root.get("problem")), fmt::format("[problem] {}", error.what()));
    }
}

void check_pool(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    if (file.pool_is_fresh()) return;
    if (file.pool_is_drawn()) {
        pool::PoolInfo drawn;
        drawn.path = file.problem.kind;
        drawn.rows = file.drawn_rows();
        if (drawn.rows > 0) check_against_pool(reader, root, file, drawn);
        return;
    }
    if (file.pool.text("file").empty()) return;
    try {
        const auto pool = hdf5::File::open(file.pool_path());
        const auto info = pool::read_pool_info(pool);
        check_against_pool(reader, root, file, info);
        if (file.classifies() && file.problem.kind == "closed-pool") check_classes(reader, root, file, info, pool);
    } catch (const Error& error) {
        reader.add(reader.place("pool", root.at_path("pool.file").node(), "file"), fmt::format("[pool] file: {}", error.what()));
    }
}

void describe_section(std::string& out, const std::string& section, const std::vector<OptionSpec>& specs)
{
    for (const auto& spec : specs) {
        out += fmt::format("{:<18} {:<14} {:<44} {:<12} {}\n", section, spec.name, spec.allowed(), spec.is_required ? "(required)" : sluice::to_toml(spec.fallback), spec.help_text);
    }
}

template <typename Made>
void describe_kinds(std::string& out, const std::string& section)
{
    for (const auto& [name, entry] : Registration<Made>::all()) {
        out += fmt::format("{:<18} kind = \"{}\": {}\n", section, name, entry->summary);
        describe_section(out, section, entry->options);
    }
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
    if (against == Against::its_pool) {
        check_simulator(reader, root, checked.file);
        check_pool(reader, root, checked.file);
    }
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

std::string to_toml(const CampaignFile& file)
{
    return results_text(file, false) + section_text("checkpoint", {{{}, &file.checkpoint}}, "");
}

std::string identity(const CampaignFile& file)
{
    const auto text = results_text(file, true);
    return fmt::format("{:016x}", static_cast<std::uint64_t>(XXH3_64bits(text.data(), text.size())));
}

std::string describe_keys()
{
    std::string out = fmt::format("{:<18} {:<14} {:<44} {:<12} {}\n", "section", "key", "allowed", "default", "meaning");
    describe_section(out, "campaign", campaign_keys);
    describe_section(out, "campaign.initial", initial_keys);
    describe_section(out, "pool", pool_keys);
    describe_section(out, "pool (simulator)", simulated_pool_keys);
    describe_section(out, "domain", domain_keys);
    describe_section(out, "target", target_keys);
    describe_kinds<problems::Problem>(out, "problem");
    describe_section(out, "surrogate", surrogate_keys);
    describe_kinds<models::Family>(out, "surrogate");
    describe_kinds<acquisition::Score>(out, "acquisition");
    describe_kinds<selection::Selection>(out, "selection");
    describe_kinds<Strategy>(out, "strategy");
    describe_section(out, "checkpoint", checkpoint_keys);
    return out;
}

}  // namespace sluice::campaign
