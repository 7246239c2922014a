#pragma once

#include "fusion/clustering/rows.hpp"

namespace sluice::fusion {

/// Mean silhouettes of several partitions of the same rows, from one pass over all pairs of rows.
///
/// A row's silhouette is (b - a) / max(a, b): a its mean distance to the other rows of its cluster, b the smallest mean distance to the rows of another
/// cluster; 0 for a cluster of one row. Noise (-1) takes no part. Distances are Euclidean; sums are in float64 and in row order.
/// \param partitions  each [rows]: -1 = noise, else 0, 1, ...
/// \return            for each partition its mean over rows that are not noise; -1 if it has fewer than two clusters
/// Source: Rousseeuw 1987; paper 003, specification section 7.2.
std::vector<double> mean_silhouettes(const Rows& rows, std::span<const std::span<const std::int32_t>> partitions);

}  // namespace sluice::fusion
