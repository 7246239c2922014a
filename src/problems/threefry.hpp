#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// The random numbers of JAX, to redraw systems that were published as a seed. Everything else is drawn by RandomStream.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Threefry-2x32, 20 rounds); specs: two-index, section 7 (what JAX 0.5 makes of it).
namespace sluice::problems::threefry {

using Words = std::array<std::uint32_t, 2>;

Words block(Words key, Words counter);

/// The key of a seed below 2^32.
inline Words key_of(std::uint32_t seed)
{
    return {0, seed};
}

/// Child keys, [count].
std::vector<Words> split(Words key, std::uint32_t count);

/// Single precision, [count], row-major where they fill an array. Uniform in [low, high); standard normal.
std::vector<float> uniform(Words key, std::size_t count, float low, float high);
std::vector<float> normal(Words key, std::size_t count);

}  // namespace sluice::problems::threefry
