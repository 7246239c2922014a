#pragma once

#include "fusion/clustering/competition.hpp"
#include "parallel/device.hpp"
#include "pool/shard.hpp"

namespace sluice::fusion {

/// The geometric weight of every own row, in [0.7, 1]: pi = 1 - 0.3 (1 - beta) (1 - rho) (1 - sigma), so that rows that are central, interior and dense count a
/// little less, and boundaries, bridges and sparse tails in full.
///
///     beta   distance to the nearest cluster's centre over that to the second nearest
///     rho    distance to the nearest centre over the 90 % quantile of its cluster's, at most 1
///     sigma  share of the sample that lies denser, by the mean distance to the 10 nearest rows of the sample
///
/// Densities are those of a sample of at most 4,096 rows, evenly spaced over the pool, clusters those of at most 1,024 of them. The same bits for any number of ranks and threads.
/// Collective; sends the sample.
/// \param batch  rows chosen per iteration; sets the numbers of clusters that are tried
/// Source: paper 003, stage 2, pi(x), which gives no formula; specs: fusion, 8.3.
std::vector<float> structural_weights(const pool::Shard& shard, const pool::Scaling& scaling, int batch, const ClusteringKey& key, parallel::Place place, const Communicator& ranks);

}  // namespace sluice::fusion
