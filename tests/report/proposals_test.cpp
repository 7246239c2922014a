#include "report/figures/proposals.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

namespace {

/// Ten rows in two iterations.
RunRecord run_with_trajectory()
{
    auto run = run_with_best({1, 2});
    run.trajectory = Trajectory{.rows = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                                .iteration = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
                                .novelty = {nan_value, nan_value, nan_value, nan_value, nan_value, 5, 1, 2, 4, 3},
                                .cluster = {-1, 0, 0, 1, 1, 1, 1, 1, 1, 0},
                                .percentile = {10, 30, 20, 50, 40, 70, 100, 60, 80, nan_value}};
    return run;
}

}  // namespace

TEST(Proposals, MigrationShowsMedianAndBandOfEachBatch)
{
    const auto figure = migration_figure(run_with_trajectory());
    const auto line = points_of(all_matches(figure.svg, "<polyline class=\"line c0\" points=\"([^\"]*)\"").at(0));
    ASSERT_EQ(line.size(), 4U);
    const double at_0 = y_of_tick(figure.svg, "0"), at_100 = y_of_tick(figure.svg, "100"), per_percent = (at_100 - at_0) / 100;
    EXPECT_NEAR(line[0].y, at_0 + 30 * per_percent, pixel);
    EXPECT_NEAR(line[2].y, at_0 + 75 * per_percent, pixel) << "of 60, 70, 80, 100; the row without an answer is left out";
    const auto band = points_of(all_matches(figure.svg, "<polygon class=\"band c0\" points=\"([^\"]*)\"").at(0));
    EXPECT_NEAR(band[0].y, at_0 + 18 * per_percent, pixel) << "a fifth of the way through 10, 20, 30, 40, 50";
}

TEST(Proposals, NoveltyBeginsWhereThereIsSomethingToCompareWith)
{
    const auto figure = novelty_figure(run_with_trajectory());
    const auto lines = all_matches(figure.svg, "<polyline class=\"line c0\" points=\"([^\"]*)\"");
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(points_of(lines[0]).size(), 2U) << "one iteration";
}

TEST(Proposals, BandwidthIsTheShareOfTheBatchAndClustersStandInTheOrderOfTheirBest)
{
    const auto figure = cluster_bandwidth_figure(run_with_trajectory());
    EXPECT_EQ(count(figure.svg, "iteration 0, outside of all clusters: 20 % of the batch"), 1U);
    EXPECT_EQ(count(figure.svg, "iteration 1, cluster 3: 80 % of the batch"), 1U) << "the one with percentile 100 is on top of three";
    EXPECT_EQ(count(figure.svg, "iteration 1, cluster 2: 20 % of the batch"), 1U);
}

TEST(Proposals, AreRemarksWithoutATrajectory)
{
    const auto run = run_with_best({1, 2});
    EXPECT_TRUE(novelty_figure(run).svg.empty());
    EXPECT_TRUE(migration_figure(run).svg.empty());
    EXPECT_TRUE(cluster_bandwidth_figure(run).svg.empty());
}

}  // namespace sluice::report
