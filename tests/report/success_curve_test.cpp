#include "report/figures/success_curve.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(SuccessCurve, CountsTheRunsThatHaveSucceeded)
{
    const std::vector<RunRecord> runs = {run_with_success_at(2, 3), run_with_success_at(-1, 4), run_with_success_at(0, 1), run_with_success_at(4, 4)};
    const auto figure = success_curve_figure(runs, name_runs(runs));
    const auto lines = all_matches(figure.svg, "<polyline class=\"line ink d0\" points=\"([^\"]*)\"");
    ASSERT_EQ(lines.size(), 1u);
    const auto points = points_of(lines[0]);
    ASSERT_EQ(points.size(), 10u);
    const double zero = y_of_tick(figure.svg, "0.0"), one = y_of_tick(figure.svg, "1.0");
    const std::vector<double> fractions = {0.25, 0.25, 0.5, 0.5, 0.75};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(points[2 * i].y, zero + fractions[i] * (one - zero), pixel) << i;
    EXPECT_NE(figure.caption.find("3 of 4 runs succeeded"), std::string::npos);
}

TEST(SuccessCurve, LeavesOutRunsThatKnowNoSuccess)
{
    std::vector<RunRecord> runs = {run_with_success_at(1, 2), run_with_best({1, 2})};
    for (auto& line : runs[1].metrics) line.success.reset();
    EXPECT_NE(success_curve_figure(runs, name_runs(runs)).caption.find("1 of 1 run succeeded"), std::string::npos);
    runs.erase(runs.begin());
    EXPECT_TRUE(success_curve_figure(runs, name_runs(runs)).svg.empty());
}

}  // namespace sluice::report
