#include "problems/threefry.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::problems::threefry {

// Specs: two-index, section 7.
TEST(ThreefryGolden, GivesTheKnownAnswer)
{
    EXPECT_EQ(block({0, 0}, {0, 0}), (Words{0x6b200159, 0x99ba4efe}));
}

// Known answers of the reference library (Random123, kat_vectors, threefry2x32 20).
TEST(ThreefryGolden, GivesTheKnownAnswersForOtherKeys)
{
    EXPECT_EQ(block({0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}), (Words{0x1cb996fc, 0xbb002be7}));
    EXPECT_EQ(block({0x13198a2e, 0x03707344}, {0x243f6a88, 0x85a308d3}), (Words{0xc4923a9c, 0x483df7a0}));
}

TEST(ThreefryGolden, SplitsAsTheSpecificationSays)
{
    const auto children = split(key_of(42), 10);
    EXPECT_EQ(children.size(), 10U);
    EXPECT_EQ(children[0], (Words{1832780943, 270669613}));
    EXPECT_EQ(children[1], (Words{64467757, 2916123636}));
    EXPECT_EQ(children[2], (Words{2465931498, 255383827}));
}

/// The normal numbers are those of the same uniform ones through the distribution function.
TEST(Threefry, NormalNumbersInvertTheDistributionFunction)
{
    const auto u = uniform(key_of(3), 20000, std::nextafter(-1.0F, 0.0F), 1.0F);
    const auto z = normal(key_of(3), 20000);
    double largest = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
        const double probability = 0.5 * std::erfc(-static_cast<double>(z[i]) / std::sqrt(2.0)), expected = 0.5 * (1 + static_cast<double>(u[i]));
        const double density = std::exp(-0.5 * static_cast<double>(z[i]) * static_cast<double>(z[i])) / std::sqrt(2 * std::acos(-1.0));
        largest = std::max(largest, std::abs(probability - expected) / density / std::max(1.0, std::abs(static_cast<double>(z[i]))));
    }
    EXPECT_LT(largest, 2.5e-7) << "relative to the number; single precision has steps of 1.2e-7";
}

TEST(Threefry, UniformNumbersStayInTheirRange)
{
    for (const float v : uniform(key_of(5), 10000, 2.0F, 3.0F)) EXPECT_TRUE(2.0F <= v && v < 3.0F);
}

}  // namespace sluice::problems::threefry
