#include "fusion/clustering/cluster_relative_weights.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

/// Quantile of sorted values, linear between order statistics.
double quantile(const std::vector<double>& sorted, double share)
{
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double population_deviation(const std::vector<double>& values)
{
    const auto n = static_cast<double>(values.size());
    double mean = 0, squares = 0;
    for (const double v : values) mean += v / n;
    for (const double v : values) squares += (v - mean) * (v - mean) / n;
    return std::sqrt(squares);
}

/// Spread of sorted values: interquartile range, else standard deviation, 0 if all are equal.
double spread(const std::vector<double>& sorted)
{
    if (sorted.front() == sorted.back()) return 0;
    const double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
    return range > 0 ? range : population_deviation(sorted);
}

}  // namespace

std::vector<double> cluster_relative_weights(std::span<const std::int32_t> label, std::span<const double> value, double noise_mass, NoiseShare noise_share)
{
    const std::size_t rows = label.size();
    std::vector<std::vector<double>> members;
    std::size_t noise_rows = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        if (label[i] < 0) {
            ++noise_rows;
            continue;
        }
        if (static_cast<std::size_t>(label[i]) >= members.size()) members.resize(static_cast<std::size_t>(label[i]) + 1);
        members[static_cast<std::size_t>(label[i])].push_back(value[i]);
    }
    struct Cluster {
        double median = 0, spread = 0, best = 0;
    };
    std::vector<Cluster> clusters;
    for (auto& values : members) {
        std::sort(values.begin(), values.end());
        clusters.push_back(values.empty() ? Cluster{} : Cluster{quantile(values, 0.5), spread(values), values.back()});
    }

    const double noise_of_rows = rows > 0 ? static_cast<double>(noise_rows) / static_cast<double>(rows) : 0;
    if (noise_share == NoiseShare::at_least_of_rows) noise_mass = std::max(noise_mass, noise_of_rows);
    if (noise_rows == 0) noise_mass = 0;
    if (noise_rows == rows) noise_mass = 1;
    std::vector<double> weight(rows, 1.0);
    double clustered = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        if (label[i] < 0) continue;
        const auto& [median, spread, best] = clusters[static_cast<std::size_t>(label[i])];
        if (spread > 0) weight[i] = std::exp((std::max(value[i] - median, 0.0) - std::max(best - median, 0.0)) / spread);
        clustered += weight[i];
    }
    for (std::size_t i = 0; i < rows; ++i) {
        weight[i] = label[i] < 0 ? noise_mass / static_cast<double>(noise_rows) : (1 - noise_mass) * weight[i] / clustered;
    }
    return weight;
}

}  // namespace sluice::fusion
