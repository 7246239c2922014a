#pragma once

#include "fusion/strategy.hpp"
#include "models/mixture_density/ensemble.hpp"

namespace sluice::two_index {

/// The members' means of every own row, side by side [own rows, members x targets], raw units, as a shard in memory. Collective.
/// Source: MaxDist of the reference code (specs: two-index, 6).
pool::Shard mean_features(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble);

/// The affine layer of member 0 for every own row [own rows, width]. Collective. Source: Core-Set (specs: two-index, 6).
pool::Shard embedding_features(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble);

}  // namespace sluice::two_index
