#include "fusion/switches.hpp"

#include "base/error.hpp"
#include "fusion/clustering/clustering.hpp"
#include "fusion/fit/families.hpp"

#include <fmt/ranges.h>

#include <sstream>

namespace sluice::fusion {

namespace {

/// A switch: the value of each mode, further values, and what it does.
struct Switch {
    const char* name;
    const char* by_default;
    const char* published;
    std::vector<std::string> others;
    const char* help;
};

/// Within a function: registrations of other files ask for it before this file's constants are made.
const std::vector<Switch>& all_switches()
{
    static const std::vector<Switch> switches = {
        {"window", "folded", "raw", {}, "a target window as a distance with folded-normal moments, or its raw prediction maximised"},
        {"feature_scaling", "pool", "labelled", {}, "mean 0 and deviation 1 over the pool or over the labelled rows"},
        {"noise_mass", "fair", "fixed", {}, "target-biased mass of rows outside clusters: at least their share of rows, or a tenth"},
        {"refit", "as-searched", "fixed-size", {}, "members have the trees and epochs that the search chose, or 100 trees and 200 epochs"},
        {"search_ranges", "compact", "published", {}, "ranges of trees and networks; and of wide pools trees split on the 1,024 columns that correlate most with the target, or on any"},
        {"folds", "grouped", "rows", {}, "copies of a row stay in one cross-validation fold, or not"},
        {"target_bias", "always", "auto", {"never"}, "half the members on target-biased resamples: always, from 10 columns^2 rows on, or never"},
        {"leiden", "on", "off", {}, "Leiden among the competing clusterings"},
        {"ratio", "clipped", "unclipped", {}, "exploration ratio within [0, 1]"},
        {"correlation", "out-of-bag", "in-bag", {}, "residuals that correlate the targets"},
        {"histogram_test", "off", "on", {}, "the test of histograms that are not aligned takes part in the density test"},
        {"gain", "means", "variances", {}, "prior of the gain: mean of model variances, or their variance"},
        {"weights", "with-noise", "model", {}, "families in the fused channel weighed by model and residual variance, a tenth of the weight shared alike, or by model variance"},
        {"evidence", "weighed", "alike", {}, "families count the less the more standard errors their log predictive density lies below the best one's, or as their reliabilities alone say"},
        {"geometric_weight", "pool", "off", {"on"}, "scores of rows that are central, interior and dense are lowered by up to 30 %: of a pool's, or of generated candidates too, which are dense where they are promising"},
        {"trend_bins", "adaptive", "fixed", {}, "bins of the structural trend: an eighth of the rows at most, or 1,024"},
        {"search_merit", "monotone", "as-written", {}, "merit of generated candidates: what lies more than three deviations below the mean is worth nothing, or is worth the more the lower it lies"},
        {"evolution_start", "best-labelled", "random", {}, "first population of a differential evolution: half of it the best labelled points, or drawn over the domain"},
        {"search_region", "alternating", "domain", {"trust-region"}, "where generated candidates are looked for, and from which labelled points: in the whole domain, in a box around the best that shrinks where nothing better is found, or in both by turns"},
        {"linear_terms", "additive", "linear", {}, "with generated candidates, what a trial of lasso, ridge and elastic net may see: squares and linear splines of each feature too, or the features"},
        {"sobol_box", "domain", "labelled", {}, "box of the Sobol candidates: the domain, or that of the labelled points"},
        {"duplicates", "dropped", "kept", {}, "generated candidates that are equal"},
        {"exploration", "by-skill", "none", {}, "rows of a batch that are drawn at random from a pool: up to three tenths, the more the surrogates have chosen and the less they explain of what they were not trained on; or none"},
        {"batch_rule", "novelty", "top", {"spread"}, "batch by score alone, or one by one by score and distance to labelled and chosen rows: spread, with cluster weights, where the density test asks; novelty, always, of generated candidates among those of positive score"},
    };
    return switches;
}

std::vector<std::string> split(const std::string& list)
{
    std::vector<std::string> parts;
    std::istringstream in(list);
    for (std::string part; std::getline(in, part, ',');) {
        part.erase(0, part.find_first_not_of(' '));
        part.erase(part.find_last_not_of(' ') + 1);
        parts.push_back(part);
    }
    return parts;
}

}  // namespace

std::vector<OptionSpec> switch_options()
{
    std::vector<OptionSpec> specs = {text("mode", "default").one_of({"default", "published"}).help("what the switches below are set to: as new runs should, or as the published figures were made"),
                                     text("families", "all").help("surrogate families, separated by commas, or all: in published mode the eight of the paper"),
                                     whole("members", 10).at_least(2).at_most(1000).help("bootstrap members of each family and target"),
                                     whole("trials", 20).at_least(1).at_most(10000).help("hyper-parameters tried for each family and target"),
                                     real("optimism", 0.1).at_least(0).help("deviations that a family's acquisition adds to its mean"),
                                     whole("population", 100).at_least(4).at_most(1e6).help("generated candidates: individuals of a differential evolution"),
                                     whole("generations", 500).at_least(1).at_most(1e6).help("generated candidates: generations of a differential evolution"),
                                     whole("kept", 10000).at_least(1).at_most(1e7).help("generated candidates: kept of each differential evolution; a fifth as many per family come from a Sobol sequence"),
                                     whole("scored_rows", 0).at_least(0).help("rows on which clusterings compete; 0: 4,096, or 20,000 in published mode"),
                                     text("without", "none").one_of({"none", "fused-channel", "ucb-channel", "deviation", "structure", "diversity", "biased-sample"}).help("a part left out, to see what it does")};
    for (const auto& s : all_switches()) {
        std::vector<std::string> choices = {"", s.by_default, s.published};
        choices.insert(choices.end(), s.others.begin(), s.others.end());
        specs.push_back(text(s.name, "").one_of(choices).help(fmt::format("{} (default: \"{}\", published: \"{}\")", s.help, s.by_default, s.published)));
    }
    return specs;
}

void resolve_switches(Options& options)
{
    std::vector<std::string> known;
    for (const auto& family : families()) known.push_back(family.name);
    for (const auto& wanted : split(options.text("families"))) {
        if (wanted != "all" && std::find(known.begin(), known.end(), wanted) == known.end()) {
            fail("families = \"{}\": '{}' is not a family; must be \"all\" or some of: {}", options.text("families"), wanted, fmt::join(known, ", "));
        }
    }
    const bool published = options.text("mode") == "published";
    for (const auto& s : all_switches()) {
        if (options.text(s.name).empty()) options.set(text(s.name, ""), std::string(published ? s.published : s.by_default));
    }
    if (options.whole("scored_rows") == 0) options.set(whole("scored_rows", 0), published ? published_most_scored : default_most_scored);
}

Switches switches_of(const Options& options)
{
    const auto is = [&](const char* name, const char* value) { return options.text(name) == value; };
    Switches switches{
        .folded_window = is("window", "folded"),
        .pool_scaling = is("feature_scaling", "pool"),
        .fair_noise = is("noise_mass", "fair"),
        .refit_as_searched = is("refit", "as-searched"),
        .compact_search = is("search_ranges", "compact"),
        .group_folds = is("folds", "grouped"),
        .target_bias = options.text("target_bias"),
        .most_scored = options.whole("scored_rows"),
        .leiden = is("leiden", "on"),
        .clipped_ratio = is("ratio", "clipped"),
        .out_of_bag_correlation = is("correlation", "out-of-bag"),
        .histogram_test = is("histogram_test", "on"),
        .mean_gain = is("gain", "means"),
        .noise_in_weights = is("weights", "with-noise"),
        .evidence = is("evidence", "weighed"),
        .geometric_weight = options.text("geometric_weight"),
        .adaptive_bins = is("trend_bins", "adaptive"),
        .explores = is("exploration", "by-skill"),
        .batch_rule = options.text("batch_rule"),
        .monotone_search = is("search_merit", "monotone"),
        .starts_from_best = is("evolution_start", "best-labelled"),
        .search_region = options.text("search_region"),
        .additive_terms = is("linear_terms", "additive"),
        .sobol_over_domain = is("sobol_box", "domain"),
        .distinct_candidates = is("duplicates", "dropped"),
        .optimism = options.real("optimism"),
        .without = options.text("without"),
        .families = {},
    };
    for (const auto& family : families()) {
        const auto wanted = split(options.text("families"));
        const bool taken = is("families", "all") && (family.is_published || !is("mode", "published"));
        if (taken || std::find(wanted.begin(), wanted.end(), family.name) != wanted.end()) switches.families.push_back(family.name);
    }
    return switches;
}

}  // namespace sluice::fusion
