#include "acquisition/expected_improvement.hpp"

#include "support/predictions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace sluice::acquisition {

namespace {

/// The integral of max(y - best, 0) N(y; mean, sd^2), by Simpson's rule.
double by_integration(double mean, double sd, double best)
{
    const double from = std::max(best, mean - 14 * sd), to = mean + 14 * sd;
    if (from >= to) return 0;
    constexpr int intervals = 20000;
    const double step = (to - from) / intervals;
    double sum = 0;
    for (int i = 0; i <= intervals; ++i) {
        const double y = from + i * step, z = (y - mean) / sd;
        const double weight = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * (y - best) * std::exp(-0.5 * z * z) / (sd * std::sqrt(2 * std::numbers::pi));
    }
    return sum * step / 3;
}

/// Two members with exactly this mean and population deviation, which must be sums of few powers of two.
std::vector<std::vector<float>> members(double mean, double sd)
{
    return {{static_cast<float>(mean - sd)}, {static_cast<float>(mean + sd)}};
}

}  // namespace

TEST(ExpectedImprovement, IsTheIntegralOverTheNormalDistribution)
{
    std::vector<double> scores(1);
    for (const double sd : {1.0 / 64, 0.5, 1.0, 8.0}) {
        for (const double mean : {-1.5, 0.0, 2.25}) {
            for (const double z : {-5.0, -1.0, -0.25, 0.0, 0.25, 1.0, 5.0}) {
                const double best = mean - z * sd;
                expected_improvement(test::predictions({members(mean, sd)}), {best}, 0, scores);
                EXPECT_NEAR(scores[0], by_integration(mean, sd, best), 1e-9) << "mean " << mean << ", sd " << sd << ", best " << best;
            }
        }
    }
}

TEST(ExpectedImprovement, WithoutDeviationIsTheGainIfThereIsOne)
{
    std::vector<double> scores(3);
    expected_improvement(test::predictions({members(1.5, 0), members(0.5, 0), members(0.75, 0)}), {0.75}, 0, scores);
    EXPECT_EQ(scores[0], 0.75);
    EXPECT_EQ(scores[1], 0);
    EXPECT_EQ(scores[2], 0);
}

TEST(ExpectedImprovement, IsNeverNegativeHoweverFarBelowTheBest)
{
    std::vector<double> scores(1);
    for (const double best : {10.0, 38.0, 100.0, 1e6}) {
        expected_improvement(test::predictions({members(0, 1)}), {best}, 0, scores);
        EXPECT_GE(scores[0], 0) << best;
        EXPECT_LT(scores[0], 1e-9) << best;
    }
}

TEST(ExpectedImprovement, SumsTargetsAndCountsFromTheMargin)
{
    std::vector<double> scores(1);
    scores[0] = 100;  // left from the tile before
    expected_improvement(test::predictions({{{-1, 1}, {1, 2}}}), {0.5, 1}, 0.25, scores);
    EXPECT_NEAR(scores[0], by_integration(0, 1, 0.75) + by_integration(1.5, 0.5, 1.25), 1e-9);
}

}  // namespace sluice::acquisition
