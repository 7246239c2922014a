#include "base/normals.hpp"

#include <algorithm>
#include <bit>

namespace sluice {

namespace {

// Loops over lanes are written so that compilers turn them into vector instructions: no calls, no branches.
constexpr std::size_t lanes = 16;
template <typename T>
using Lanes = std::array<T, lanes>;

/// Four words for each of `lanes` counters that follow one another.
std::array<Lanes<std::uint32_t>, 4> philox_lanes(std::uint64_t index, std::uint32_t first, std::array<std::uint32_t, 2> key)
{
    std::array<Lanes<std::uint32_t>, 4> words;
    for (std::size_t l = 0; l < lanes; ++l) {
        words[0][l] = static_cast<std::uint32_t>(index);
        words[1][l] = static_cast<std::uint32_t>(index >> 32);
        words[2][l] = first + static_cast<std::uint32_t>(l);
        words[3][l] = 0;
    }
    for (int round = 0; round < 10; ++round) {
        for (std::size_t l = 0; l < lanes; ++l) {
            const std::uint64_t a = std::uint64_t{0xD2511F53} * words[0][l];
            const std::uint64_t b = std::uint64_t{0xCD9E8D57} * words[2][l];
            words[0][l] = static_cast<std::uint32_t>(b >> 32) ^ words[1][l] ^ key[0];
            words[1][l] = static_cast<std::uint32_t>(b);
            words[2][l] = static_cast<std::uint32_t>(a >> 32) ^ words[3][l] ^ key[1];
            words[3][l] = static_cast<std::uint32_t>(a);
        }
        key[0] += 0x9E3779B9;
        key[1] += 0xBB67AE85;
    }
    return words;
}

/// log(u) to single precision, 0 < u <= 1: u = 2^e m with m within a factor sqrt(2) of 1, log(m) = 2 artanh((m - 1) / (m + 1)).
inline float fast_log(float u)
{
    const std::int32_t bits = std::bit_cast<std::int32_t>(u);
    constexpr std::int32_t root_half = 0x3F3504F3, mantissa = 0x007FFFFF;
    const std::int32_t above = bits - root_half;
    const float m = std::bit_cast<float>((above & mantissa) + root_half);
    const float e = static_cast<float>(above >> 23);
    const float s = (m - 1) / (m + 1), s2 = s * s;
    return e * std::numbers::ln2_v<float> + 2 * s * (1 + s2 * (1.0F / 3 + s2 * (1.0F / 5 + s2 * (1.0F / 7 + s2 * (1.0F / 9)))));
}

/// A pair of independent standard normal numbers from two random words: a radius, and a direction in one of four quarters of the circle.
inline void normal_pair(std::uint32_t radius_word, std::uint32_t direction_word, float& first, float& second)
{
    const float u = (static_cast<float>(radius_word) + 0.5F) * 0x1p-32F;
    const float length = std::sqrt(-2 * fast_log(u));
    const bool turned = (direction_word >> 31) != 0, opposite = ((direction_word >> 30) & 1) != 0;
    const auto centred = static_cast<std::int32_t>(direction_word << 2) >> 2;  // its other 30 bits, with sign
    const float t = static_cast<float>(centred) * (std::numbers::pi_v<float> * 0x1p-31F), t2 = t * t;  // -pi/4 ... pi/4
    const float sine = t * (1 - t2 / 6 * (1 - t2 / 20 * (1 - t2 / 42 * (1 - t2 / 72))));
    const float cosine = 1 - t2 / 2 * (1 - t2 / 12 * (1 - t2 / 30 * (1 - t2 / 56 * (1 - t2 / 90))));
    const float along = opposite ? -length : length;
    first = along * (turned ? sine : cosine);
    second = along * (turned ? cosine : sine);
}

}  // namespace

void fill_normals(std::uint64_t seed, Purpose purpose, std::uint32_t iteration, std::uint64_t index, std::span<float> out)
{
    const auto key = stream_key(seed, purpose, iteration);
    std::array<Lanes<float>, 4> drawn;
    for (std::size_t begin = 0; begin < out.size(); begin += 4 * lanes) {
        const auto words = philox_lanes(index, static_cast<std::uint32_t>(begin / 4), key);
        for (std::size_t l = 0; l < lanes; ++l) normal_pair(words[0][l], words[1][l], drawn[0][l], drawn[1][l]);
        for (std::size_t l = 0; l < lanes; ++l) normal_pair(words[2][l], words[3][l], drawn[2][l], drawn[3][l]);
        std::copy_n(drawn.data()->data(), std::min(4 * lanes, out.size() - begin), out.data() + begin);
    }
}

}  // namespace sluice
