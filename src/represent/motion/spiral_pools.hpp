#pragma once

#include "parallel/communicator.hpp"
#include "represent/motion/spiral_wave.hpp"

#include <string>

namespace sluice::represent {

/// What is seen of a frame: u times the mask exp(-0.01 r^2), or that of its derivative, at every `stride`-th point of both directions, with independent noise of
/// deviation 1e-6 keyed by (seed, frame).
std::vector<float> seen_frame(const SpiralWave& wave, bool is_rate, std::int64_t stride, std::uint64_t seed);

/// Writes frames 1 to `frames` as a pool whose rows are in time order, and a second one of their time derivatives. Every rank integrates up to its last frame.
/// Collective. \param stride  a divisor of 100
void write_spiral_pools(const std::string& path, const std::string& derivatives_path, std::int64_t frames, std::int64_t stride, std::uint64_t seed,
                        const Communicator& ranks);

}  // namespace sluice::represent
