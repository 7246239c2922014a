#pragma once

#include <cstdint>
#include <vector>

namespace sluice::test {

/// Numbers that a test and its reference both draw, equal to the last bit: SplitMix64; tests/golden/draws.py is its twin.
/// [count] in [0, 1), multiples of 2^-24.
inline std::vector<double> uniforms(std::uint64_t seed, std::size_t count)
{
    std::vector<double> drawn(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t z = ((seed << 32) + i + 1) * 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        z ^= z >> 31;
        drawn[i] = static_cast<double>(z >> 40) * 0x1p-24;
    }
    return drawn;
}

/// [count] nearly standard normal: twelve uniforms less 6. Exact, whatever the order of the sum.
inline std::vector<double> normals(std::uint64_t seed, std::size_t count)
{
    const auto parts = uniforms(seed, 12 * count);
    std::vector<double> drawn(count, -6.0);
    for (std::size_t i = 0; i < parts.size(); ++i) drawn[i / 12] += parts[i];
    return drawn;
}

}  // namespace sluice::test
