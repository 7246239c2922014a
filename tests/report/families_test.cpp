#include "report/figures/families.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

namespace {

/// Two families, two targets, two iterations.
RunRecord run_with_families()
{
    auto run = run_with_best({1, 2, 3});
    run.journal.fusion = {{1, {{"ridge", 0.2, 0.1}, {"knn", 0.5, 0.1}, {"ridge", 0.4, 0.3}, {"knn", 0.5, 0.1}}, {0.1, 0.2}, {0, 0.1}},
                          {2, {{"ridge", 0.6, 0.1}, {"knn", nan_value, 0.1}, {"ridge", 1.0, 0.3}, {"knn", nan_value, 0.1}}, {0.2, 0.2}, {0.1, 0.1}}};
    return run;
}

}  // namespace

TEST(Families, ReliabilityIsTheMeanOverTargets)
{
    const auto figure = family_reliability_figure(run_with_families());
    EXPECT_EQ(count(figure.svg, "ridge, iteration 1: 0.3"), 1U);
    EXPECT_EQ(count(figure.svg, "ridge, iteration 2: 0.8"), 1U);
    EXPECT_EQ(count(figure.svg, "ridge, iteration 1: 0.2"), 1U) << "calibration";
    EXPECT_EQ(count(figure.svg, "knn, iteration 2"), 1U) << "no accuracy, but a calibration";
    const auto lines = all_matches(figure.svg, "<polyline class=\"line c0\" points=\"([^\"]*)\"");
    ASSERT_EQ(lines.size(), 2U);
    const double at_0 = y_of_tick(figure.svg, "0.0"), at_1 = y_of_tick(figure.svg, "1.0");
    EXPECT_NEAR(points_of(lines[0])[1].y, at_0 + 0.8 * (at_1 - at_0), pixel);
}

TEST(Families, DeviationIsDrawnForBothChannels)
{
    const auto figure = deviation_figure(run_with_families());
    EXPECT_EQ(count(figure.svg, "accuracy, iteration 1: 0.15"), 1U);
    EXPECT_EQ(count(figure.svg, "calibration, iteration 1: 0.05"), 1U);
}

TEST(Families, AreRemarksInOtherRuns)
{
    EXPECT_TRUE(family_reliability_figure(run_with_best({1})).svg.empty());
    EXPECT_TRUE(deviation_figure(run_with_best({1})).svg.empty());
}

}  // namespace sluice::report
