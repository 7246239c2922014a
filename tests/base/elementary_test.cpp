#include "base/elementary.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sluice {

TEST(Elementary, ExponentialsAreThoseOfTheLibrary)
{
    for (double x = -700; x < 700; x += 0.37) EXPECT_NEAR(elementary::exp(x), std::exp(x), 5e-16 * std::exp(x)) << x;
    for (float x = -86; x < 87; x += 0.11F) {
        const double truth = std::exp(static_cast<double>(x));
        EXPECT_NEAR(elementary::exp(x), truth, 3e-7 * truth) << x;
    }
    EXPECT_EQ(elementary::exp(-std::numeric_limits<double>::infinity()), 0);
    EXPECT_EQ(elementary::exp(-std::numeric_limits<float>::infinity()), 0);
    EXPECT_EQ(elementary::exp(0.0), 1);
}

TEST(Elementary, LogarithmsAreThoseOfTheLibrary)
{
    for (double x = 1e-300; x < 1e300; x *= 1.37) EXPECT_NEAR(elementary::log(x), std::log(x), 4e-16 * std::max(1.0, std::abs(std::log(x)))) << x;
    for (double x = 0.5; x < 2; x += 0.001) EXPECT_NEAR(elementary::log(x), std::log(x), 4e-16) << x;
    for (float x = 1e-37F; x < 1e37F; x *= 1.17F) EXPECT_NEAR(elementary::log(x), std::log(x), 2e-7F * std::max(1.0F, std::abs(std::log(x)))) << x;
    EXPECT_EQ(elementary::log(1.0), 0);
    EXPECT_EQ(elementary::log(1.0F), 0);
}

TEST(Elementary, SoftplusKeepsItsRelativePrecisionWhereItIsSmall)
{
    for (float v = -80; v < 60; v += 0.13F) {
        const double truth = v < 30 ? std::log1p(std::exp(static_cast<double>(v))) : static_cast<double>(v);
        EXPECT_NEAR(elementary::softplus(v), truth, 5e-7 * truth) << v;
        EXPECT_NEAR(elementary::sigmoid(v), 1 / (1 + std::exp(-static_cast<double>(v))), 3e-7) << v;
        EXPECT_NEAR(elementary::tanh(v / 10), std::tanh(static_cast<double>(v) / 10), 3e-7) << v;
    }
}

}  // namespace sluice
