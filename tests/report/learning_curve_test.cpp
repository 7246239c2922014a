#include "report/figures/learning_curve.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

namespace {

/// A run of one target that is only to be predicted: 100 initial rows, and 50 more in each iteration, chosen by a model of this test NLL.
RunRecord run_with_nll(const std::string& campaign, const std::vector<double>& nll, double oracle = nan_value)
{
    RunRecord run;
    run.folder = campaign;
    run.journal.name = campaign;
    run.journal.pool = "ternary";
    run.journal.targets = {"y"};
    run.journal.goals = {"predict"};
    run.metrics.push_back({.iteration = 0, .labelled = 100});
    for (std::size_t i = 0; i < nll.size(); ++i) {
        run.metrics.push_back({.iteration = static_cast<std::int64_t>(i + 1), .labelled = 150 + 50.0 * static_cast<double>(i), .figures = {{"test_nll", nll[i]}, {"oracle_nll", oracle}}});
    }
    return run;
}

std::vector<Point> line_of(const std::string& svg, const std::string& classes)
{
    const auto lines = all_matches(svg, "<polyline class=\"line " + classes + "\" points=\"([^\"]*)\"");
    EXPECT_EQ(lines.size(), 1u) << classes;
    return lines.empty() ? std::vector<Point>() : points_of(lines[0]);
}

}  // namespace

TEST(LearningCurve, IsOfTheModelsThatKnewTheLabelsBeforeTheirBatch)
{
    const auto run = run_with_nll("a", {7, nan_value, 3}, 1.5);
    const auto figures = figures_of_tests({run, run_with_best({1, 2})});
    ASSERT_EQ(figures.size(), 1u);
    EXPECT_EQ(figures[0].quantity, "test NLL");
    const auto curve = learning_curve(run, figures[0]);
    EXPECT_EQ(curve.labelled, (std::vector<double>{100, 200}));
    EXPECT_EQ(curve.value, (std::vector<double>{7, 3}));
    EXPECT_TRUE(learning_curve(run_with_best({1, 2}), figures[0]).value.empty());
}

TEST(LearningCurve, OfRegionsSharesAnAxisAndShowsRoots)
{
    auto run = run_with_nll("a", {nan_value, nan_value});
    const std::vector<double> dense = {9, 4}, sparse = {64, 49};
    for (std::size_t i = 0; i < 2; ++i) run.metrics[i + 1].figures = {{"test_mse", 1}, {"test_mse_dense", dense[i]}, {"test_mse_sparse", sparse[i]}};
    EXPECT_EQ(figures_of_tests({run}).size(), 3u);
    const auto figure = learning_curve_figure({run}, name_runs({run}));
    EXPECT_EQ(count(figure.svg, "<polyline class=\"line"), 3u) << "one of all points, and two below it";
    EXPECT_NE(figure.svg.find("a, dense"), std::string::npos);
    EXPECT_NE(figure.svg.find("a, sparse"), std::string::npos);
    EXPECT_NE(figure.svg.find("test RMSE 8"), std::string::npos) << "the root of 64, in a tooltip";
}

TEST(LearningCurve, OfValuesOfOneDecadeHasALinearAxis)
{
    const std::vector<RunRecord> runs = {run_with_nll("a", {8, 6, 3})};
    const auto svg = learning_curve_figure(runs, name_runs(runs)).svg;
    const auto points = line_of(svg, "c0 d0");
    ASSERT_EQ(points.size(), 3u);
    EXPECT_NEAR(points[0].y, y_of_tick(svg, "8"), pixel);
    EXPECT_NEAR(points[2].y, y_of_tick(svg, "3"), pixel);
    EXPECT_NEAR(points[1].x, x_of_tick(svg, "150"), pixel);
    EXPECT_EQ(count(svg, "<polygon"), 0u);
    EXPECT_EQ(count(svg, "thin ink d1"), 0u) << "no oracle";
}

TEST(LearningCurve, OfSeveralDecadesHasALogarithmicAxisWithTheOracle)
{
    const std::vector<RunRecord> runs = {run_with_nll("a", {1000, 20, 5}, 2)};
    const auto figure = learning_curve_figure(runs, name_runs(runs));
    const auto points = line_of(figure.svg, "c0 d0");
    ASSERT_EQ(points.size(), 3u);
    EXPECT_NEAR(points[0].y, y_of_tick(figure.svg, "1000"), pixel);
    EXPECT_NEAR(points[1].y, y_of_tick(figure.svg, "20"), pixel);
    EXPECT_NEAR(points[2].y, y_of_tick(figure.svg, "5"), pixel);
    const auto oracle = all_matches(figure.svg, "<line class=\"thin ink d1\" x1=\"[^\"]*\" y1=\"([^\"]*)\"");
    ASSERT_GE(oracle.size(), 1u);
    EXPECT_NEAR(std::stod(oracle.back()), y_of_tick(figure.svg, "2"), pixel);
    EXPECT_NE(figure.caption.find("true response"), std::string::npos);
}

TEST(LearningCurve, OfACampaignsRunsIsTheirMedianWithABand)
{
    const std::vector<RunRecord> runs = {run_with_nll("a", {9, 6}), run_with_nll("b", {4, 4}), run_with_nll("a", {5, 5}), run_with_nll("a", {6, 3})};
    const auto svg = learning_curve_figure(runs, name_runs(runs)).svg;
    const auto median = line_of(svg, "c0 d0"), single = line_of(svg, "c1 d0");
    EXPECT_NEAR(median[0].y, y_of_tick(svg, "6"), pixel);
    EXPECT_NEAR(median[1].y, y_of_tick(svg, "5"), pixel);
    EXPECT_NEAR(single[0].y, y_of_tick(svg, "4"), pixel);
    const auto bands = all_matches(svg, "<polygon class=\"band c0 d0\" points=\"([^\"]*)\"");
    ASSERT_EQ(bands.size(), 1u);
    const auto corners = points_of(bands[0]);
    ASSERT_EQ(corners.size(), 4u);
    EXPECT_NEAR(corners[0].y, y_of_tick(svg, "5"), pixel);
    EXPECT_NEAR(corners[1].y, y_of_tick(svg, "3"), pixel);
    EXPECT_NEAR(corners[2].y, y_of_tick(svg, "6"), pixel);
    EXPECT_NEAR(corners[3].y, y_of_tick(svg, "9"), pixel);
}

TEST(LearningCurve, IsNotDrawnWhereNothingWasTested)
{
    const std::vector<RunRecord> runs = {run_with_best({1, 2})};
    EXPECT_TRUE(learning_curve_figure(runs, name_runs(runs)).svg.empty());
}

}  // namespace sluice::report
