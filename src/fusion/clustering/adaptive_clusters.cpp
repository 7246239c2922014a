#include "fusion/clustering/adaptive_clusters.hpp"

#include "fusion/clustering/cluster_relative_weights.hpp"

namespace sluice::fusion {

Clustering adaptive_clusters(const Points& points, const Switches& switches, std::int64_t batch, const IterationKey& key, ClusteringCall call)
{
    const ClusteringMethods competing{.k_means = true, .mixture = true, .hdbscan = true, .leiden = switches.leiden};
    return cluster(points, competing, static_cast<int>(batch), switches.most_scored, {key.seed, key.iteration, static_cast<std::uint16_t>(call)});
}

std::vector<double> biased_weights(const std::vector<std::int32_t>& cluster, const std::vector<double>& merit, const Switches& switches)
{
    constexpr double noise_mass = 0.1;
    return cluster_relative_weights(cluster, merit, noise_mass, switches.fair_noise ? NoiseShare::at_least_of_rows : NoiseShare::fixed);
}

}  // namespace sluice::fusion
