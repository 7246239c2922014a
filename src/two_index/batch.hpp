#pragma once

#include "two_index/scores.hpp"

namespace sluice::two_index {

/// The batch of an iteration by the rule of [strategy] batch_rule. Collective.
std::vector<RowId> choose_batch(const Options& options, const StrategyInput& input, const models::mixture_density::Ensemble& ensemble, const PoolScores& scores, Work& work);

}  // namespace sluice::two_index
