#include "selection/max_dist.hpp"

#include "support/feature_shard.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice {

namespace {

/// The check vector of spec: two-index, section 6; the labelled point (.1, .1) is row 6.
std::vector<RowId> check_vector(const pool::Scaling& scaling, double weight, selection::FirstPick first)
{
    const std::vector<float> points = {0, 0, 1, 0, 0, 1, 2, 2, 3, 0, 0, 4, .1F, .1F};
    const std::vector<double> scores = {.1, .9, .3, .5, .2, .8, 100};
    std::vector<pool::RowState> state(7, pool::RowState::unlabelled);
    state[6] = pool::RowState::labelled;
    const std::vector<RowId> labelled = {6};
    const auto shard = test::feature_shard(points, 2, 4);
    Work work;
    return selection::max_dist({shard, scaling, scores, state, labelled, 3, test::ranks(), work}, weight, first);
}

const std::vector<RowId> published = {5, 4, 3};

}  // namespace

TEST(MaxDistGolden, PicksTheRowsOfTheCheckVector)
{
    // Features over their deviations among the unlabelled rows: x 0 1 0 2 3 0, y 0 0 1 2 0 4.
    const pool::Scaling scaling{{0, 0}, {static_cast<float>(1 / std::sqrt(8.0 / 6)), static_cast<float>(1 / std::sqrt(21.0 / 6 - 49.0 / 36))}};
    EXPECT_EQ(check_vector(scaling, 1, selection::FirstPick::best_of_far_half), published);
}

TEST(CoreSetGolden, PicksTheRowsOfTheCheckVector)
{
    EXPECT_EQ(check_vector(pool::Scaling::identity(2), 0, selection::FirstPick::greedy), published);
}

}  // namespace sluice
