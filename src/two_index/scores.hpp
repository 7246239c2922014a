#pragma once

#include "models/mixture_density/ensemble.hpp"
#include "selection/strategy.hpp"

#include <string>

namespace sluice::two_index {

/// A score of every own row, larger is preferred, and what it says of the pool as a whole.
struct PoolScores {
    std::vector<double> value;    ///< [own rows], for rules that use differences of scores
    std::vector<double> order;    ///< [own rows] the same order, but resolved where values run together; empty where value says it all
    std::int64_t on_plateau = 0;  ///< unlabelled rows of all ranks whose MI-LB is within 1e-4 of its bound
};

/// MI-LB of every own row: value = MI-LB, order = -log delta. Collective. Source: specs: two-index, 5.
/// \param two_term  in single precision as the difference of two entropies; the order is then that of the values
PoolScores mi_lb_scores(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble, bool two_term);

/// Variance over members of the mean they give, in units of the ensemble, averaged over targets. Collective. Source: specs: two-index, 6.
PoolScores variance_scores(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble);

/// Uniform draws. Source: specs: two-index, 6.
PoolScores random_scores(const StrategyInput& input);

}  // namespace sluice::two_index
