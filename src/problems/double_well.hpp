#pragma once

#include <cstddef>
#include <span>

namespace sluice::problems {

/// Five particles in a double well each, coupled to a chain and kicked by noise: which wells they end in is decided by chance.
/// Inputs: five starting positions, strength of the noise sigma, coupling kappa. Outputs: the positions at four times.
/// Source: paper 000; specs: two-index, section 8.2.
struct DoubleWell {
    static constexpr std::size_t particles = 5, inputs = 7, steps = 1000, snapshots = 4, outputs = snapshots * particles;
    static constexpr double time_step = 0.005;
};

/// One trajectory by the method of Euler and Maruyama. \param noise  [steps, particles] standard normal. \param y  [snapshots, particles]
void simulate_double_well(std::span<const float> x, std::span<const float> noise, std::span<double> y);

}  // namespace sluice::problems
