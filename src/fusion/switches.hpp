#pragma once

#include "base/options.hpp"

namespace sluice::fusion {

/// Where the paper, its reference code and good sense disagree: one named switch each. `mode = "published"` sets them as release A of the code has them,
/// `mode = "default"` as new runs should; each can be set alone.
/// Source: specs: fusion, section 13; the numbers are its flaws.
struct Switches {
    bool folded_window;       ///< 1: a target window is a distance to be minimised, with folded-normal moments
    bool pool_scaling;        ///< 2: features scaled over the pool, not over the labelled rows
    bool fair_noise;          ///< 4: noise rows never have less of the target-biased mass than their share of rows
    bool refit_as_searched;   ///< 5: members are trained with the trees and epochs that the search chose
    bool compact_search;      ///<    ranges of trees and networks cut to what a few hundred rows can use
    bool group_folds;         ///< 6: copies of a row never meet across cross-validation folds
    std::string target_bias;  ///<    half the members on target-biased resamples: "always", "auto" (many rows, few columns) or "never"
    std::int64_t most_scored; ///< 8: rows on which partitions compete
    bool leiden;              ///<    Leiden among the clusterings
    bool clipped_ratio;       ///< 11: exploration ratio within [0, 1]
    bool out_of_bag_correlation; ///< 14
    bool histogram_test;      ///< 16: the misaligned Kullback-Leibler test takes part
    bool mean_gain;           ///< 23: the gain compares variances with variances
    bool noise_in_weights;    ///<    families are weighed by model and residual variance, a tenth of the weight shared alike (release B): a flat family is not sure
    bool evidence;            ///<    families count by their predictive density beside the best one's
    std::string geometric_weight; ///<    scores are multiplied by pi(x): interior, central and dense rows count a little less; "pool": not generated candidates, "on", "off"
    bool adaptive_bins;       ///< 25: N/8 bins at most
    bool explores;            ///<    part of a pool's batch is drawn at random while the surrogates explain little
    std::string batch_rule;   ///<    "top": the best scores; "spread": one by one, away from labelled rows and itself, where the density test asks (release B); "novelty": so always
    bool monotone_search;     ///<    without a pool: a search never prefers less than three deviations below the mean
    bool starts_from_best;    ///<    without a pool: half the first population are the best labelled points
    std::string search_region; ///<    without a pool: the whole "domain", a "trust-region" around the best points, or both, "alternating"
    bool additive_terms;      ///<    without a pool: linear families may see squares and splines of the features, as their search chooses
    bool sobol_over_domain;   ///< 9: the Sobol points cover the domain, not the labelled points' box
    bool distinct_candidates; ///< 9: a generated candidate appears once
    double optimism;          ///<    deviations added to a family's mean by its acquisition
    std::string without;      ///< a part left out, to see what it does
    std::vector<std::string> families;  ///< names, in the order of the specification

    bool has(const char* part) const { return without != part; }
};

/// The options of [strategy] kind = "fusion", each with its help.
std::vector<OptionSpec> switch_options();

/// Gives every switch that is not set the value of its mode, so that the resolved campaign file names them all. Error if a family is unknown.
void resolve_switches(Options& options);

Switches switches_of(const Options& options);

}  // namespace sluice::fusion
