#pragma once

#include "pool/domain.hpp"

namespace sluice::pool {

/// Points of a Latin hypercube: each column has one point in each of `count` equal strata of the box, in random order, at a random place of it.
/// \return  [count, columns]
/// Source: McKay, Beckman, Conover 1979.
std::vector<float> latin_hypercube(const Domain& domain, std::int64_t count, std::uint64_t seed);

/// Points of a Sobol sequence with random linear scrambling and a digital shift. At most 21,201 columns.
/// \return  [count, columns] in [0, 1)
/// Source: Joe and Kuo 2008 (direction numbers); Matousek 1998 (scrambling).
std::vector<float> scrambled_sobol(std::int64_t columns, std::int64_t count, std::uint64_t seed, std::uint32_t iteration);

}  // namespace sluice::pool
