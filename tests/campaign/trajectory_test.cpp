#include "campaign/run_folder/trajectory.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::campaign {

TEST(Trajectory, IsInTheOrderOfIterationsThenRows)
{
    State state;
    state.asked = {{3, 1}, {5, 0}, {9, 2}, {12, 0}, {20, 1}};
    const auto trajectory = asked_rows(state);
    EXPECT_EQ(trajectory.rows, (std::vector<RowId>{5, 12, 3, 20, 9}));
    EXPECT_EQ(trajectory.iteration, (std::vector<std::int64_t>{0, 0, 1, 1, 2}));
}

/// Points on a line: iteration i has its one point at 10^i, and the first iteration six of them at 0.
TEST(Trajectory, NoveltyLooksBackThreeIterationsAndAtFiveNeighbours)
{
    Trajectory trajectory;
    std::vector<float> x;
    for (int i = 0; i < 6; ++i) trajectory.iteration.push_back(0), x.push_back(0);
    for (int i = 1; i <= 5; ++i) trajectory.iteration.push_back(i), x.push_back(std::pow(10.0F, static_cast<float>(i)));
    trajectory.rows.resize(x.size());
    measure_novelty(trajectory, x, 1);
    for (int i = 0; i < 6; ++i) EXPECT_TRUE(std::isnan(trajectory.novelty[static_cast<std::size_t>(i)])) << "nothing comes before";
    EXPECT_DOUBLE_EQ(trajectory.novelty[6], 10);
    EXPECT_DOUBLE_EQ(trajectory.novelty[7], (90 + 4 * 100) / 5.0) << "the point at 10, and four of the six at 0";
    EXPECT_DOUBLE_EQ(trajectory.novelty[9], (9000 + 9900 + 9990) / 3.0) << "iteration 0 is four iterations away";
}

}  // namespace sluice::campaign
