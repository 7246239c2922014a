#include "campaign/class_shares.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::campaign {

using problems::Goal;
using problems::GoalKind;

TEST(ClassShares, OfALabelAreOneInItsClassAndZeroInTheOthers)
{
    const std::vector<Goal> goals = {{.target = "phase", .kind = GoalKind::classify, .classes = 3}};
    const std::map<RowId, std::vector<double>> labelled = {{4, {2}}, {9, {0}}};
    EXPECT_EQ(learned_labels(labelled, goals), (std::map<RowId, std::vector<double>>{{4, {0, 0, 1}}, {9, {1, 0, 0}}}));
    const double unknown = std::nan("");
    for (const double share : learned_values({&unknown, 1}, goals)) EXPECT_TRUE(std::isnan(share));
    const auto learned = learned_goals(goals);
    ASSERT_EQ(learned.size(), 3U);
    for (const auto& goal : learned) EXPECT_EQ(goal.kind, GoalKind::predict);
}

TEST(ClassShares, AreOfClassesOnly)
{
    const std::vector<Goal> goals = {{"gap", GoalKind::maximize}, {"cost", GoalKind::minimize}};
    const std::map<RowId, std::vector<double>> labelled = {{4, {2, -1.5}}};
    EXPECT_EQ(learned_labels(labelled, goals), labelled);
    EXPECT_EQ(learned_goals(goals).size(), 2U);
    EXPECT_EQ(learned_goals(goals)[1].target, "cost");
}

TEST(Goal, OfAClassAllowsWholeNumbersBelowTheirNumber)
{
    const Goal goal{.target = "phase", .kind = GoalKind::classify, .classes = 3};
    for (const double value : {0.0, 1.0, 2.0}) EXPECT_TRUE(goal.allows(value)) << value;
    for (const double value : {-1.0, 0.5, 3.0, std::nan(""), HUGE_VAL}) EXPECT_FALSE(goal.allows(value)) << value;
    EXPECT_TRUE((Goal{"gap", GoalKind::maximize}.allows(-0.5)));
}

}  // namespace sluice::campaign
