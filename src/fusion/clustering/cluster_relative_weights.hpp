#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::fusion {

/// What noise rows get of the weight.
enum class NoiseShare {
    fixed,             ///< the given mass, as published
    at_least_of_rows,  ///< the given mass, or the noise's share of the rows if that is larger: few clustered rows do not take nearly everything
};

/// Weights that equalise clusters at the top: within a cluster they decay exponentially below its best row, in units of the interquartile range above the
/// median (of the standard deviation where that range is 0; equal weights where both are 0).
/// \param label       [rows] -1 = noise, else a cluster
/// \param value       [rows] larger is better
/// \param noise_mass  what noise rows share equally, in [0, 1]; without noise, or without clusters, all goes to the others
/// \return            [rows], of sum 1
/// Source: paper 003, specification sections 6.2 (target-biased probabilities) and 11.2 (batch selection); `at_least_of_rows`: its flaw 4.
std::vector<double> cluster_relative_weights(std::span<const std::int32_t> label, std::span<const double> value, double noise_mass = 0.1,
                                             NoiseShare noise_share = NoiseShare::fixed);

}  // namespace sluice::fusion
