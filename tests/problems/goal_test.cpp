#include "problems/goal.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sluice::problems {

TEST(Goal, MeritIsWhatIsMaximised)  // specs/fusion.md section 3.3
{
    EXPECT_EQ((Goal{"y", GoalKind::maximize}.merit(-2.5)), -2.5);
    EXPECT_EQ((Goal{"y", GoalKind::minimize}.merit(-2.5)), 2.5);
    const Goal window{"y", GoalKind::window, 1.0, 4.0};
    EXPECT_EQ(window.centre(), 2.5);
    EXPECT_EQ(window.merit(2.5), 0);
    EXPECT_EQ(window.merit(2.0), -0.5) << "only the centre of the window counts";
    EXPECT_EQ(window.merit(3.0), -0.5);
    EXPECT_EQ(window.merit(10.0), -7.5);
}

TEST(Aggregation, IsTheProductOfNormalisedMerits)  // specs/fusion.md section 3.2: table y1 = 1 ... 3 maximised, y2 = -1 ... 4 minimised
{
    const std::array goals = {Goal{"y1", GoalKind::maximize}, Goal{"y2", GoalKind::minimize}};
    const Aggregation aggregation{{0.999, -4.001}, {3.001, 1.001}};
    const auto of = [&](double y1, double y2) { return aggregation.of(std::array{y1, y2}, goals); };
    EXPECT_DOUBLE_EQ(of(2, 1.5), 0.25);
    EXPECT_DOUBLE_EQ(of(3, -1), (2.001 / 2.002) * (5.001 / 5.002));
    EXPECT_NEAR(of(1, -1), (0.001 / 2.002) * (5.001 / 5.002), 1e-15);
    EXPECT_NEAR(of(1, 4), (0.001 / 2.002) * (0.001 / 5.002), 1e-15);
}

TEST(Aggregation, OfAWindowRunsFromTheFarthestToTheNearestRow)  // specs/fusion.md section 3.3: no margin
{
    const std::array goals = {Goal{"y", GoalKind::window, 0, 2}};
    const Aggregation aggregation{{-4}, {0}};
    EXPECT_EQ(aggregation.of(std::array{1.0}, goals), 1);
    EXPECT_EQ(aggregation.of(std::array{5.0}, goals), 0);
    EXPECT_EQ(aggregation.of(std::array{-1.0}, goals), 0.5);
}

TEST(Aggregation, LeavesOutATargetWithoutRange)
{
    const std::array goals = {Goal{"y", GoalKind::window, 2, 2}, Goal{"z", GoalKind::maximize}};
    const Aggregation aggregation{{0, 0}, {0, 4}};
    EXPECT_EQ(aggregation.of(std::array{2.0, 1.0}, goals), 0.25);
}

}  // namespace sluice::problems
