#include "problems/threefry.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace sluice::problems::threefry {

namespace {

std::uint32_t bits(Words key, std::size_t index)
{
    const auto words = block(key, {0, static_cast<std::uint32_t>(index)});
    return words[0] ^ words[1];
}

float uniform_of(std::uint32_t bits, float low, float high)
{
    const float fraction = std::bit_cast<float>((bits >> 9) | 0x3F800000U) - 1.0F;
    return std::max(low, fraction * (high - low) + low);
}

/// The inverse of the error function in double precision: Newton's method from Winitzki's formula, which is right to 0.002.
double inverse_error_function(double x)
{
    constexpr double a = 0.147, two_by_root_pi = 2 * std::numbers::inv_sqrtpi;
    const double log_term = std::log1p(-x * x), half = 2 / (std::numbers::pi * a) + log_term / 2;
    double y = std::copysign(std::sqrt(std::sqrt(half * half - log_term / a) - half), x);
    for (int step = 0; step < 4; ++step) y -= (std::erf(y) - x) / (two_by_root_pi * std::exp(-y * y));
    return y;
}

}  // namespace

Words block(Words key, Words counter)
{
    constexpr std::array<std::array<int, 4>, 2> rotations{{{13, 15, 26, 6}, {17, 29, 16, 24}}};
    const std::array<std::uint32_t, 3> k{key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDAU};
    auto [x0, x1] = counter;
    x0 += k[0];
    x1 += k[1];
    for (std::uint32_t group = 1; group <= 5; ++group) {
        for (const int rotation : rotations[(group - 1) % 2]) {
            x0 += x1;
            x1 = std::rotl(x1, rotation) ^ x0;
        }
        x0 += k[group % 3];
        x1 += k[(group + 1) % 3] + group;
    }
    return {x0, x1};
}

std::vector<Words> split(Words key, std::uint32_t count)
{
    std::vector<Words> children;
    for (std::uint32_t i = 0; i < count; ++i) children.push_back(block(key, {0, i}));
    return children;
}

std::vector<float> uniform(Words key, std::size_t count, float low, float high)
{
    std::vector<float> drawn(count);
    for (std::size_t i = 0; i < count; ++i) drawn[i] = uniform_of(bits(key, i), low, high);
    return drawn;
}

std::vector<float> normal(Words key, std::size_t count)
{
    auto drawn = uniform(key, count, std::nextafter(-1.0F, 0.0F), 1.0F);
    for (auto& value : drawn) value = std::numbers::sqrt2_v<float> * static_cast<float>(inverse_error_function(static_cast<double>(value)));
    return drawn;
}

}  // namespace sluice::problems::threefry
