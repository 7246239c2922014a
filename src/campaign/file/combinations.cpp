#include "campaign/file/combinations.hpp"

#include "campaign/file/sections.hpp"
#include "fusion/fuse/objective_space.hpp"
#include "selection/strategy.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::campaign {

namespace {

/// Whether the program knows all labels. A problem of unknown kind has been reported: no complaints that follow from it.
bool is_closed(const CampaignFile& file)
{
    return file.problem.kind == "closed-pool" || !problems::ProblemRegistration::all().contains(file.problem.kind);
}

/// Whether some row is the best, and the program knows which.
bool has_known_best(const CampaignFile& file)
{
    return is_closed(file) && !file.predicts();
}

bool is_certainly_not_fusion(const CampaignFile& file)
{
    return file.strategy.kind != "fusion" && (file.strategy.kind.empty() || Registration<Strategy>::all().contains(file.strategy.kind));
}

/// A campaign names a simulator's outputs, in any order, and all of them.
void check_outputs(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto found = simulator_of(file.problem);
    if (!found) return;
    const auto& simulator = *found;
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
void check_class(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    if (!file.classifies()) return;
    if (file.goals.size() > 1) reader.add(reader.place("target", root.get("target")), fmt::format("[[target]]: {} of them; goal = \"classify\" is for a single target", file.goals.size()));
    if (!is_closed(file) && file.problem.kind != "ask-tell") {
        reader.add(reader.place("problem", root.get("problem")), fmt::format("[problem] kind = \"{}\": answers with numbers and not with classes; allowed where goal = \"classify\": \"closed-pool\", \"ask-tell\"", file.problem.kind));
    }
    if (Registration<Strategy>::all().contains(file.strategy.kind)) {
        reader.add(reader.place("strategy", root.get("strategy")), fmt::format("[strategy] kind = \"{}\": learns numbers, and the target is a class", file.strategy.kind));
    }
}

void check_stop(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto place = reader.place("campaign", root.at_path("campaign.stop").node(), "stop");
    if (file.campaign.is_number("stop")) {
        if (file.goals.size() > 1) reader.add(place, "[campaign] stop: a number needs a single target");
        if (file.predicts()) reader.add(place, "[campaign] stop: a number needs a goal that values can reach; nothing is better where goal = \"predict\"; allowed here: \"never\"");
    } else if (file.campaign.text("stop") == "top-10" && !has_known_best(file)) {
        reader.add(place, is_closed(file) ? "[campaign] stop = \"top-10\": no row is best where goal = \"predict\"; allowed here: \"never\""
                                          : "[campaign] stop = \"top-10\": only for a closed pool, whose labels are known; allowed here: \"never\" or a number");
    }
}

void check_problem(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto place = reader.place("problem", root.get("problem"));
    if (file.problem.kind == "function" && file.goals.size() > 1) reader.add(place, fmt::format("[problem] kind = \"function\": {} targets; a function has one", file.goals.size()));
    if (!file.domain) return;
    if (file.problem.kind == "closed-pool" || simulator_of(file.problem)) {
        reader.add(place, fmt::format("[problem] kind = \"{}\": not with [domain]; allowed here: \"function\", \"ask-tell\"", file.problem.kind));
    }
    if (is_certainly_not_fusion(file)) reader.add(reader.place("domain", root.get("domain")), "[domain]: needs [strategy] kind = \"fusion\", which generates candidates");
}

void check_pool_keys(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto complain = [&](const char* key, const char* what) { reader.add(reader.place("pool", root.at_path(fmt::format("pool.{}", key)).node(), key), fmt::format("[pool] {}: {}", key, what)); };
    if (!file.domain && !file.pool_is_drawn() && !is_closed(file) && file.pool.whole("test") > 0) complain("test", "only for a closed pool, whose labels are known, and for simulators");
    if (file.pool.real("sparse") > 0 && (file.pool.whole("test") == 0 || file.surrogate.kind.empty() || file.classifies())) {
        complain("sparse", "only where there are test rows (test) and a [surrogate] that learns numbers, whose error is given for them apart");
    }
    if (file.member_groups() > 1 && is_certainly_not_fusion(file)) complain("member_groups", "needs [strategy] kind = \"fusion\", whose surrogates the ranks of a group share");
    if (file.pool_is_fresh() && !file.strategy.kind.empty()) complain("ratio", "not with [strategy], which remembers what it learns of a pool");
}

void check_initial_rows(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto& rule = file.initial.text("rule");
    const auto complain = [&](const std::string& what) {
        reader.add(reader.place("campaign.initial", root.at_path("campaign.initial").node(), "rule"), "[campaign.initial] " + what);
    };
    if (file.domain && rule != "latin-hypercube" && rule != "random") complain(fmt::format("rule = \"{}\": not with [domain]; allowed here: \"latin-hypercube\", \"random\"", rule));
    if (!file.domain && rule == "latin-hypercube") complain("rule = \"latin-hypercube\": only with [domain]");
    if (rule == "lower-half" && !has_known_best(file)) {
        complain(fmt::format("rule = \"lower-half\": {}; allowed here: \"random\", \"rows\", \"file\"", is_closed(file) ? "no half is lower where goal = \"predict\"" : "only for a closed pool"));
    }
    if (file.pool_is_fresh() && rule == "file") complain("rule = \"file\": not with [pool] ratio; allowed here: \"random\", \"rows\"");
    if ((rule == "rows") == file.initial.numbers("rows").empty()) complain("rows: a list of rows goes with rule = \"rows\", and only with it");
    if ((rule == "file") == file.initial.text("file").empty()) complain("file: a CSV file goes with rule = \"file\", and only with it");
    std::set<double> rows;
    for (const double row : file.initial.numbers("rows")) {
        if (!(row >= 0 && row == std::floor(row))) complain(fmt::format("rows: {} is not a row number", row));
        else if (!rows.insert(row).second) complain(fmt::format("rows: {} appears twice", row));
    }
}

void check_name(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto& name = file.campaign.text("name");
    if (name.find('/') == std::string::npos && !name.starts_with(".")) return;
    reader.add(reader.place("campaign", root.at_path("campaign.name").node(), "name"), fmt::format("[campaign] name = \"{}\": must be usable as a file name", name));
}

void check_strategy(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    if (file.strategy.kind != "fusion") return;
    const auto complain = [&](const std::string& what) { reader.add(reader.place("strategy", root.get("strategy")), "[strategy] kind = \"fusion\": " + what); };
    if (file.goals.size() > fusion::most_targets) complain(fmt::format("{} targets; at most {} are combined", file.goals.size(), fusion::most_targets));
    if (file.predicts() && !file.classifies()) complain("searches for the best, and nothing is better where goal = \"predict\"");
}

/// A score may need a surrogate, and goals that have a better and a worse.
void check_score(Reader& reader, const toml::table& root, const CampaignFile& file)
{
    const auto& all = Registration<acquisition::Score>::all();
    if (!all.contains(file.acquisition.kind)) return;
    const auto make = [&](const std::string& kind) { return all.at(kind)->make(kind == file.acquisition.kind ? file.acquisition.options : Options(all.at(kind)->options)); };
    const auto score = make(file.acquisition.kind);
    if (score.needs_model && !root.contains("surrogate")) {
        reader.add(reader.path, fmt::format("[surrogate]: missing; [acquisition] kind = \"{}\" needs one of: {}", file.acquisition.kind, fmt::join(models::FamilyRegistration::names(), ", ")));
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
        for (const auto& kind : acquisition::ScoreRegistration::names()) {
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

}  // namespace

void settle_defaults(const toml::table& root, CampaignFile& file)
{
    if (!root.at_path("campaign.stop") && !has_known_best(file)) file.campaign.set(text("stop", ""), std::string("never"));
    if (file.initial.text("rule").empty()) file.initial.set(text("rule", ""), std::string(file.domain ? "latin-hypercube" : has_known_best(file) ? "lower-half" : "random"));
}

void check_combinations(Reader& reader, const toml::table& root, const CampaignFile& file, const std::optional<selection::Selection>& selection)
{
    check_name(reader, root, file);
    check_stop(reader, root, file);
    check_initial_rows(reader, root, file);
    check_problem(reader, root, file);
    check_outputs(reader, root, file);
    check_pool_keys(reader, root, file);
    check_class(reader, root, file);
    check_strategy(reader, root, file);
    check_score(reader, root, file);
    if (selection) check_selection(reader, root, file, *selection);
    check_surrogate(reader, root, file);
    check_members(reader, root, file);
}

}  // namespace sluice::campaign
