#include "models/ensemble.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace sluice::models {

namespace {

/// Labels without features, which is all that out-of-bag scores look at.
TrainingSet labels(std::int64_t targets, std::vector<double> y)
{
    TrainingSet data;
    data.targets = targets;
    data.rows.resize(y.size() / static_cast<std::size_t>(targets));
    data.y = std::move(y);
    return data;
}

}  // namespace

TEST(OutOfBagR2, LeavesOutARowInEveryBag)
{
    // Row 0 is in both bags. Row 1 is predicted by member 1 alone, row 2 by member 0 alone: residuals -1 and 1, total sum of squares 8.
    const std::vector<float> predictions = {100, 100, 50, 2, 4, 60};  // [rows, members]
    const auto r2 = out_of_bag_r2(labels(1, {-7, 1, 5}), {{0, 0, 1}, {0, 2, 2}}, predictions);
    ASSERT_EQ(r2.size(), 1U);
    EXPECT_DOUBLE_EQ(r2[0], 0.75);
}

TEST(OutOfBagR2, AveragesTheMembersThatHaveNotSeenARow)
{
    // Rows 1 and 2 are out of bag for both. Target 0: means 1 and 2 for the values 1 and 3; target 1: means 5 and 1 for the values 4 and 2.
    const std::vector<float> predictions = {9, 9, 9, 9, 0, 4, 2, 6, 1, 0, 3, 2};  // [rows, members, targets]
    const auto r2 = out_of_bag_r2(labels(2, {0, 0, 1, 4, 3, 2}), {{0, 0, 0}, {0, 0, 0}}, predictions);
    ASSERT_EQ(r2.size(), 2U);
    EXPECT_DOUBLE_EQ(r2[0], 1 - 1.0 / 2);
    EXPECT_DOUBLE_EQ(r2[1], 1 - 2.0 / 2);
}

TEST(OutOfBagR2, IsNoNumberWhereNothingCanBeSaid)
{
    EXPECT_TRUE(std::isnan(out_of_bag_r2(labels(1, {1, 2}), {{0, 1}}, {1, 2})[0])) << "no row is out of bag";
    EXPECT_TRUE(std::isnan(out_of_bag_r2(labels(1, {1, 2, 2}), {{0, 0, 0}}, {1, 2, 3})[0])) << "the values out of bag are all equal";
}

TEST(DrawBootstrap, DependsOnMemberIterationAndSeed)
{
    const auto draw = draw_bootstrap(50, 3, {7, 2});
    EXPECT_EQ(draw, draw_bootstrap(50, 3, {7, 2}));
    EXPECT_EQ((std::set{draw, draw_bootstrap(50, 4, {7, 2}), draw_bootstrap(50, 3, {8, 2}), draw_bootstrap(50, 3, {7, 3})}.size()), 4U);
}

TEST(DrawBootstrap, DrawsEveryRowEquallyOftenWithReplacement)
{
    constexpr int members = 2000, count = 40;
    std::vector<int> drawn(count, 0);
    double distinct = 0;
    for (int m = 0; m < members; ++m) {
        const auto rows = draw_bootstrap(count, m, {1, 0});
        ASSERT_EQ(rows.size(), static_cast<std::size_t>(count));
        for (const auto row : rows) ++drawn.at(static_cast<std::size_t>(row));
        distinct += static_cast<double>(std::set(rows.begin(), rows.end()).size()) / members;
    }
    double chi_square = 0;
    for (const int d : drawn) chi_square += (d - members) * (d - members) / static_cast<double>(members);
    EXPECT_LT(chi_square, 72.1);  // 39 degrees of freedom, 0.1 %
    EXPECT_NEAR(distinct, count * (1 - std::pow(1 - 1.0 / count, count)), 0.15);
}

}  // namespace sluice::models
