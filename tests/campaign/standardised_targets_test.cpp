#include "campaign/standardised_targets.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::campaign {

using problems::Goal;
using problems::GoalKind;

TEST(StandardisedTargets, HaveMeanAndPopulationDeviation)
{
    const auto standard = standardise_targets({{3, {1, 7}}, {5, {3, 7}}, {9, {8, 7}}}, 2);
    EXPECT_DOUBLE_EQ(standard.mean[0], 4);
    EXPECT_DOUBLE_EQ(standard.deviation[0], std::sqrt((9.0 + 1 + 16) / 3));
    EXPECT_DOUBLE_EQ(standard.mean[1], 7);
    EXPECT_EQ(standard.deviation[1], 1) << "all values are equal";
    EXPECT_DOUBLE_EQ(standard.raw((8 - standard.mean[0]) / standard.deviation[0], 0), 8);
}

TEST(StandardisedTargets, MeritOrdersPredictionsAsTheGoalOrdersRawValues)
{
    const StandardisedTargets standard{{100}, {20}};
    for (const auto& goal : {Goal{"y", GoalKind::maximize}, Goal{"y", GoalKind::minimize}, Goal{"y", GoalKind::window, 90, 94}}) {
        for (const double a : {60.0, 91.0, 93.5, 140.0}) {
            for (const double b : {60.0, 91.0, 93.5, 140.0}) {
                const double difference = standard.merit((a - 100) / 20, goal, 0) - standard.merit((b - 100) / 20, goal, 0);
                EXPECT_NEAR(20 * difference, goal.merit(a) - goal.merit(b), 1e-12) << a << " and " << b;
            }
        }
    }
}

/// Moments of a merit by a sum over the normal distribution's quantiles.
TEST(StandardisedTargets, MeritOfADistributionHasTheMomentsOfItsValuesMerits)
{
    const StandardisedTargets standard{{100}, {20}};
    for (const auto& goal : {Goal{"y", GoalKind::maximize}, Goal{"y", GoalKind::minimize}, Goal{"y", GoalKind::predict}, Goal{"y", GoalKind::window, 90, 94}}) {
        for (const double mean : {-2.0, -0.4, 0.3}) {
            constexpr double deviation = 0.5, reach = 8;
            constexpr int steps = 200000;
            double weight = 0, first = 0, second = 0;
            for (int i = 0; i < steps; ++i) {
                const double z = reach * (2 * (i + 0.5) / steps - 1), w = std::exp(-0.5 * z * z), m = standard.merit(mean + deviation * z, goal, 0);
                weight += w, first += w * m, second += w * m * m;
            }
            const auto merit = standard.merit(models::Moments{mean, deviation * deviation}, goal, 0);
            EXPECT_NEAR(merit.mean, first / weight, 1e-7);
            EXPECT_NEAR(merit.variance, second / weight - std::pow(first / weight, 2), 1e-7);
        }
        EXPECT_EQ(standard.merit(models::Moments{0.3, 0}, goal, 0).mean, standard.merit(0.3, goal, 0)) << "nothing is uncertain";
    }
}

TEST(StandardisedTargets, IncumbentIsTheBestMeritOfEachTarget)
{
    models::TrainingSet data;
    data.y = {1, 1, -2, -3, 0.5, 0.25};
    const auto best = incumbents(data, {{0, 0}, {1, 1}}, {{"a", GoalKind::maximize}, {"b", GoalKind::minimize}});
    EXPECT_EQ(best, (std::vector<double>{1, 3}));
}

}  // namespace sluice::campaign
