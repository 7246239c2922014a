#pragma once

#include "fusion/moments.hpp"

namespace sluice::fusion {

/// Fills the moments of this rank's rows on its device: stored rows cross to it some tiles at a time, are decoded and predicted there, and only moments come back.
/// A group of tiles belongs to the pool and is predicted with its full number of rows, so that every product has the same shape for any number of ranks.
void predict_on_device(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const LabelledSet& labelled, int members, bool folded_window,
                       Moments& moments);

}  // namespace sluice::fusion
