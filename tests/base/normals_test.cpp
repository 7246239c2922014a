#include "base/normals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sluice {

namespace {

std::vector<float> normals(std::size_t count, std::uint64_t index = 5)
{
    std::vector<float> drawn(count);
    fill_normals(11, Purpose::simulated_label, 0, index, drawn);
    return drawn;
}

}  // namespace

TEST(Normals, DoNotDependOnHowManyAreAskedFor)
{
    const auto all = normals(1000);
    for (const std::size_t count : {1U, 63U, 64U, 65U, 999U}) EXPECT_EQ(normals(count), std::vector<float>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)));
    EXPECT_NE(normals(1000, 6), all);
    EXPECT_NE(normals(1000, std::uint64_t{5} + (std::uint64_t{1} << 32)), all);
}

/// Box and Muller with the standard library, from the words of a RandomStream of the same key.
TEST(Normals, AreThoseOfTheStandardLibraryFromTheSameWords)
{
    const auto drawn = normals(64);
    RandomStream random(11, Purpose::simulated_label, 0, 5);
    for (std::size_t counter = 0; counter < 16; ++counter) {
        for (std::size_t pair = 0; pair < 2; ++pair) {
            const auto radius_word = random.bits(), direction_word = random.bits();
            const double radius = std::sqrt(-2 * std::log((radius_word + 0.5) / 4294967296.0));
            const double t = static_cast<double>(static_cast<std::int32_t>(direction_word << 2) >> 2) / 536870912.0 * std::numbers::pi / 4;
            const bool turned = (direction_word & 0x80000000U) != 0, opposite = (direction_word & 0x40000000U) != 0;
            const double along = opposite ? -radius : radius;
            EXPECT_NEAR(drawn[counter + 32 * pair], along * (turned ? std::sin(t) : std::cos(t)), 2e-6);
            EXPECT_NEAR(drawn[counter + 32 * pair + 16], along * (turned ? std::cos(t) : std::sin(t)), 2e-6);
        }
    }
}

/// Kolmogorov and Smirnov, at a probability of 1e-6; moments at 5 standard errors; neighbours at every lag of a chunk uncorrelated.
TEST(Normals, AreStandardNormalAndIndependent)
{
    constexpr std::size_t count = 1 << 20;
    auto drawn = normals(count);
    constexpr double n = count;
    double mean = 0, squares = 0, fourths = 0;
    for (const double v : drawn) mean += v / n, squares += v * v / n, fourths += v * v * v * v / n;
    EXPECT_NEAR(mean, 0, 5 / std::sqrt(n));
    EXPECT_NEAR(squares, 1, 5 * std::sqrt(2 / n));
    EXPECT_NEAR(fourths, 3, 5 * std::sqrt(96 / n));
    for (const std::size_t lag : {1U, 16U, 32U, 48U, 64U}) {
        double product = 0;
        for (std::size_t i = lag; i < count; ++i) product += static_cast<double>(drawn[i]) * static_cast<double>(drawn[i - lag]);
        EXPECT_NEAR(product / n, 0, 5 / std::sqrt(n)) << lag;
    }
    std::sort(drawn.begin(), drawn.end());
    double gap = 0;
    for (std::size_t i = 0; i < count; ++i) gap = std::max(gap, std::abs(0.5 * std::erfc(-static_cast<double>(drawn[i]) / std::sqrt(2.0)) - (static_cast<double>(i) + 0.5) / n));
    EXPECT_LT(gap * std::sqrt(n), 2.7);
    EXPECT_GT(drawn.back(), 4.2);
}

}  // namespace sluice
