#include "report/plot/ticks.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::report {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

TEST(Ticks, AreTheFinestRoundNumbersThatFit)
{
    EXPECT_EQ(ticks_in({0, 10}, 6).at, (Numbers{0, 2, 4, 6, 8, 10}));
    EXPECT_EQ(ticks_in({0, 10}, 5).at, (Numbers{0, 5, 10}));
    EXPECT_EQ(ticks_in({-3, 12}, 4).at, (Numbers{0, 5, 10}));
    EXPECT_EQ(ticks_in({101, 149}, 5).at, (Numbers{110, 120, 130, 140}));
}

TEST(Ticks, KeepTheEndsOfTheRangeDespiteRounding)   // 0.3 / 0.1 < 3 in floating point
{
    const auto ticks = ticks_in({0.1, 0.3}, 3);
    ASSERT_EQ(ticks.at.size(), 3u);
    EXPECT_DOUBLE_EQ(ticks.at.front(), 0.1);
    EXPECT_DOUBLE_EQ(ticks.at.back(), 0.3);
}

TEST(Ticks, NeverExceedTheirNumberAndNeverLeaveTheRange)
{
    for (const double lo : {-7.3e5, -1.0, 0.0, 2.2e-7, 12345.678}) {
        for (const double width : {1e-6, 0.37, 1.0, 99.9, 4.4e8}) {
            const auto ticks = ticks_in({lo, lo + width}, 6);
            EXPECT_GE(ticks.at.size(), 2u) << lo << " " << width;
            EXPECT_LE(ticks.at.size(), 6u);
            for (const double tick : ticks.at) {
                EXPECT_GE(tick, lo - 1e-6 * width);
                EXPECT_LE(tick, lo + width * (1 + 1e-6));
            }
        }
    }
}

TEST(Ticks, OfAnAxisThatCountsAreWhole)
{
    EXPECT_EQ(whole_ticks_in({-0.5, 2.5}, 10).at, (Numbers{0, 1, 2}));
    EXPECT_EQ(whole_ticks_in({-0.5, 0.5}, 10).at, (Numbers{0}));
    EXPECT_EQ(whole_ticks_in({-0.5, 420.5}, 10).at, (Numbers{0, 50, 100, 150, 200, 250, 300, 350, 400}));
}

TEST(Ticks, OfCountsAreDecades)
{
    EXPECT_EQ(decade_ticks(1500), (Numbers{1, 10, 100, 1000}));
    EXPECT_EQ(decade_ticks(30), (Numbers{1, 2, 5, 10, 20}));
    EXPECT_EQ(decade_ticks(0), Numbers{});
}

TEST(Ticks, OfLogarithmsAreThoseOfRoundNumbers)
{
    EXPECT_EQ(logarithmic_tick_labels(logarithmic_ticks_in({std::log10(0.015), std::log10(30)}, 10)).text, (Texts{"0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20"}));
    EXPECT_EQ(logarithmic_tick_labels(logarithmic_ticks_in({-1.9, 6.1}, 9)).text, (Texts{"0.1", "1", "10", "100", "1000", "10000", "10⁵", "10⁶"}));
    EXPECT_EQ(logarithmic_tick_labels(logarithmic_ticks_in({-10, 10}, 5)).text, (Texts{"10⁻¹⁰", "10⁻⁵", "1", "10⁵", "10¹⁰"}));
    EXPECT_DOUBLE_EQ(logarithmic_ticks_in({0, 1}, 4).at[1], std::log10(2));
}

TEST(TickLabels, TellNeighboursApart)
{
    EXPECT_EQ(tick_labels(ticks_in({-0.3, 0.3}, 7)).text, (Texts{"−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3"}));
    EXPECT_EQ(tick_labels(ticks_in({1000.10, 1000.16}, 4)).text, (Texts{"1000.10", "1000.12", "1000.14", "1000.16"}));
}

TEST(TickLabels, TakeAFactorOutOfVeryLargeAndSmallNumbers)
{
    const auto large = tick_labels(ticks_in({0, 3e6}, 4));
    EXPECT_EQ(large.text, (Texts{"0", "1", "2", "3"}));
    EXPECT_EQ(large.factor, "×10⁶");
    const auto small = tick_labels(ticks_in({-1.2e-6, -1e-6}, 5));
    EXPECT_EQ(small.text, (Texts{"−1.20", "−1.15", "−1.10", "−1.05", "−1.00"}));
    EXPECT_EQ(small.factor, "×10⁻⁶");
    EXPECT_EQ(tick_labels(ticks_in({0, 9000}, 4)).factor, "");
}

TEST(Padded, OpensARangeWithoutWidth)
{
    const auto constant = padded({5, 5}, 0.1);
    EXPECT_LT(constant.lo, 5);
    EXPECT_GT(constant.hi, 5);
    const auto zero = padded({0, 0}, 0.1);
    EXPECT_LT(zero.lo, zero.hi);
    const auto nothing = padded(Range{}, 0.1);
    EXPECT_LT(nothing.lo, nothing.hi);
    const auto wide = padded({-1, 3}, 0.25);
    EXPECT_DOUBLE_EQ(wide.lo, -2);
    EXPECT_DOUBLE_EQ(wide.hi, 4);
}

}  // namespace sluice::report
