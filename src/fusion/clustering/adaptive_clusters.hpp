#pragma once

#include "fusion/clustering/clustering.hpp"
#include "fusion/fit/surrogates.hpp"
#include "fusion/switches.hpp"

namespace sluice::fusion {

/// What keys the clusterings of an iteration.
enum class ClusteringCall : std::uint16_t { labelled_rows = 0, screen = 1, pool_sample = 3 };

/// Adaptive clustering by all methods that the switches let compete (7).
Clustering adaptive_clusters(const Points& points, const Switches& switches, std::int64_t batch, const IterationKey& key, ClusteringCall call);

/// Target-biased weights (6.2), with the noise's share that the switches ask for. \param cluster, merit  [rows]
std::vector<double> biased_weights(const std::vector<std::int32_t>& cluster, const std::vector<double>& merit, const Switches& switches);

}  // namespace sluice::fusion
