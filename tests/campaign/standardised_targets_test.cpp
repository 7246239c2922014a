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

TEST(StandardisedTargets, IncumbentIsTheBestMeritOfEachTarget)
{
    models::TrainingSet data;
    data.y = {1, 1, -2, -3, 0.5, 0.25};
    const auto best = incumbents(data, {{0, 0}, {1, 1}}, {{"a", GoalKind::maximize}, {"b", GoalKind::minimize}});
    EXPECT_EQ(best, (std::vector<double>{1, 3}));
}

}  // namespace sluice::campaign
