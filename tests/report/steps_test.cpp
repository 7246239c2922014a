#include "report/plot/steps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::report {

namespace {

/// Ten pixels per iteration, iteration 0 centred on 5; one pixel per unit, upwards from 100.
const Frame frame{.inner = {0, 0, 40, 100}, .x = {{-0.5, 3.5}, 0, 40}, .y = {{0, 100}, 100, 0}, .x_ticks = {}};

void expect_points(const std::vector<Point>& points, const std::vector<Point>& expected)
{
    ASSERT_EQ(points.size(), expected.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_DOUBLE_EQ(points[i].x, expected[i].x) << i;
        EXPECT_DOUBLE_EQ(points[i].y, expected[i].y) << i;
    }
}

}  // namespace

TEST(StepLines, AreLevelOverEachIteration)
{
    const auto lines = step_lines(frame, {{0, 1, 2}, {10, 30, 30}});
    ASSERT_EQ(lines.size(), 1u);
    expect_points(lines[0], {{0, 90}, {10, 90}, {10, 70}, {20, 70}, {20, 70}, {30, 70}});
}

TEST(StepLines, BreakWhereAValueOrAnIterationIsMissing)
{
    const auto lines = step_lines(frame, {{0, 1, 3}, {10, std::nan(""), 20}});
    ASSERT_EQ(lines.size(), 2u);
    expect_points(lines[0], {{0, 90}, {10, 90}});
    expect_points(lines[1], {{30, 80}, {40, 80}});
    EXPECT_EQ(step_lines(frame, {{0, 2}, {10, 20}}).size(), 2u);
    EXPECT_TRUE(step_lines(frame, {}).empty());
}

TEST(StepBands, GoOutAlongOneEdgeAndBackAlongTheOther)
{
    const auto bands = step_bands(frame, {{0, 1}, {10, 20}}, {{0, 1}, {40, 50}});
    ASSERT_EQ(bands.size(), 1u);
    expect_points(bands[0], {{0, 90}, {10, 90}, {10, 80}, {20, 80}, {20, 50}, {10, 50}, {10, 60}, {0, 60}});
}

TEST(StepBands, BreakWhereEitherEdgeIsMissing)
{
    const auto bands = step_bands(frame, {{0, 1, 2}, {10, std::nan(""), 10}}, {{0, 1, 2}, {20, 20, std::nan("")}});
    ASSERT_EQ(bands.size(), 1u);
    expect_points(bands[0], {{0, 90}, {10, 90}, {10, 80}, {0, 80}});
}

}  // namespace sluice::report
