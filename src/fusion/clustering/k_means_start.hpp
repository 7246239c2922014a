#pragma once

#include "base/random.hpp"
#include "fusion/clustering/rows.hpp"

namespace sluice::fusion {

/// Rows for k-means to start from: each is drawn with probability in proportion to the squared distance to the nearest of those before it; of
/// 2 + floor(ln k) draws the one is taken that leaves the least sum of these.
/// \return  k distinct rows, or fewer if fewer rows differ
/// Source: Arthur and Vassilvitskii 2007 (k-means++, its greedy form).
std::vector<std::int64_t> k_means_start(const Rows& rows, int k, RandomStream& random);

}  // namespace sluice::fusion
