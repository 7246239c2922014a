#pragma once

#include "fusion/clustering/competition.hpp"

namespace sluice::fusion {

/// Rows up to which partitions are scored on all rows: as published, and by default.
constexpr std::int64_t published_most_scored = 20'000;
constexpr std::int64_t default_most_scored = 4'096;

/// Adaptive clustering, of the labelled set or of the best candidates. Methods compete by their silhouettes (`compete`); clusters of the winner with fewer
/// than 3 rows become noise; then every cluster of at least max(50, a fifth of the rows) is clustered once more, and replaced by what is found
/// in it. Clusters are numbered by their first rows.
///
/// The same bits for any number of threads.
/// \param points       finite features; distances are Euclidean
/// \param batch        rows chosen per iteration; sets the numbers of clusters that are tried
/// \param most_scored  above this many rows the competition is run on a sample of as many
/// \return             all noise if there are fewer than two distinct rows
/// Source: paper 003, specification section 7.
Clustering cluster(const Points& points, const ClusteringMethods& methods, int batch, std::int64_t most_scored, const ClusteringKey& key);

}  // namespace sluice::fusion
