#pragma once

#include "base/random.hpp"

#include <span>

namespace sluice {

/// Many standard normal numbers in single precision, quickly: the k-th is a function of the key and k. Reaches 6.7 deviations.
/// The key must not be used for a RandomStream as well. Philox as there, in lanes; both numbers of each pair of Box and Muller are kept.
void fill_normals(std::uint64_t seed, Purpose purpose, std::uint32_t iteration, std::uint64_t index, std::span<float> out);

}  // namespace sluice
