#pragma once

#include "models/mixture_density/ensemble.hpp"
#include "selection/strategy.hpp"

namespace sluice::two_index {

/// The members' means of every own row, side by side [own rows, members x targets], raw units, as a shard in memory. Collective.
/// Source: MaxDist of the reference code (specs: two-index, 6).
pool::Shard mean_features(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble);

/// The affine layer of member 0 for every own row [own rows, width]. Collective. Source: Core-Set (specs: two-index, 6).
pool::Shard embedding_features(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble);

/// Fisher embeddings by their factors: z the affine layer of member 0, a the derivatives of log p(y) by its normalised means, y one draw from its mixture.
struct FisherRows {
    std::vector<float> z;  ///< [rows, width]
    std::vector<float> a;  ///< [rows, components x targets]
};

/// Of every own row. Collective. Source: BAIT (specs: two-index, 6).
FisherRows fisher_rows(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble);

/// Of labelled rows, the same on every rank. \param points  [rows.size(), columns], raw
FisherRows fisher_rows(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble, const std::vector<RowId>& rows, const std::vector<float>& points);

}  // namespace sluice::two_index
