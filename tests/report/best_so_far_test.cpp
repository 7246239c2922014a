#include "report/figures/best_so_far.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(BestSoFar, StepsThroughTheBestOfEachIteration)
{
    const auto svg = best_so_far_figure(run_with_best({1, 1, 3})).svg;
    const auto lines = all_matches(svg, "<polyline class=\"line c1 best\" points=\"([^\"]*)\"");
    ASSERT_EQ(lines.size(), 1u);
    const auto points = points_of(lines[0]);
    ASSERT_EQ(points.size(), 6u);
    const std::vector<std::string> expected_y = {"1.0", "1.0", "1.0", "1.0", "3.0", "3.0"};
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(points[i].y, y_of_tick(svg, expected_y[i]), pixel) << i;
    EXPECT_NEAR((points[0].x + points[1].x) / 2, x_of_tick(svg, "0"), pixel);
    EXPECT_NEAR((points[4].x + points[5].x) / 2, x_of_tick(svg, "2"), pixel);
    EXPECT_EQ(points[1].x, points[2].x);
}

TEST(BestSoFar, ShowsTheBatchAsABandAndItsMean)
{
    const auto svg = best_so_far_figure(run_with_best({1, 1, 3})).svg;
    const auto bands = all_matches(svg, "<polygon class=\"band c0\" points=\"([^\"]*)\"");
    ASSERT_EQ(bands.size(), 1u);
    const auto points = points_of(bands[0]);
    ASSERT_EQ(points.size(), 12u);
    EXPECT_NEAR(points.front().y, y_of_tick(svg, "−1.0"), pixel);
    EXPECT_NEAR(points.back().y, y_of_tick(svg, "1.0"), pixel);
    EXPECT_EQ(count(svg, "batch mean 2</title>"), 1u);
    EXPECT_EQ(count(svg, "batch mean 0</title>"), 2u);
}

TEST(BestSoFar, LeavesAGapWhereABatchFailed)
{
    auto run = run_with_best({1, 1, 3});
    run.metrics[1].targets[0] = {.best = 1, .batch_min = nan_value, .batch_mean = nan_value, .batch_max = nan_value, .oob_r2 = nan_value};
    const auto svg = best_so_far_figure(run).svg;
    EXPECT_EQ(all_matches(svg, "<polygon class=\"(band c0)\"").size(), 2u);
    EXPECT_EQ(all_matches(svg, "<polyline class=\"(line c1 best)\"").size(), 1u);
}

TEST(BestSoFar, MarksTheSuccessWhereItHappened)
{
    auto run = run_with_success_at(2, 4);
    const auto svg = best_so_far_figure(run).svg;
    const auto lines = all_matches(svg, "<line class=\"thin ink d1\" x1=\"([^\"]*)\"");
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NEAR(std::stod(lines[0]), x_of_tick(svg, "2"), pixel);
    EXPECT_EQ(count(svg, "success at iteration 2"), 1u);
    EXPECT_EQ(count(best_so_far_figure(run_with_success_at(-1, 4)).svg, "success"), 0u);
}

TEST(BestSoFar, SaysWhereTheBestWasFound)
{
    EXPECT_NE(best_so_far_figure(run_with_best({1, 1, 3, 3})).caption.find("The best gap, 3, was found in iteration 2."), std::string::npos);
    EXPECT_NE(best_so_far_figure(run_with_best({1})).caption.find("The best gap, 1, is in the initial design."), std::string::npos);
}

TEST(BestSoFar, HasAPanelPerTargetAndOneForTheirAggregate)
{
    auto run = run_with_best({1, 2});
    run.journal.targets = {"gap", "<hull>"};
    run.journal.goals = {"maximize", "minimize"};
    for (auto& line : run.metrics) {
        line.targets.push_back(line.targets[0]);
        line.aggregate_best = 0.5;
    }
    const auto svg = best_so_far_figure(run).svg;
    EXPECT_EQ(count(svg, "line c1 best"), 3u);
    EXPECT_EQ(count(svg, "&lt;hull&gt; (minimize)"), 1u);
    EXPECT_EQ(count(svg, "<hull>"), 0u);
}

TEST(BestSoFar, IsARemarkWithoutAnyValue)
{
    for (const auto& best : {std::vector<double>{}, std::vector<double>{nan_value, nan_value}}) {
        const auto figure = best_so_far_figure(run_with_best(best));
        EXPECT_TRUE(figure.svg.empty());
        EXPECT_FALSE(figure.caption.empty());
    }
}

}  // namespace sluice::report
