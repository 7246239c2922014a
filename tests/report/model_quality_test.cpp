#include "report/figures/model_quality.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(ModelQuality, BreaksItsLineAndClipsWhatIsVeryBad)
{
    auto run = run_with_best({1, 1, 1, 1, 1, 1});
    const std::vector<double> r2 = {nan_value, -7, 0, nan_value, 0.5, 1};
    for (std::size_t i = 0; i < r2.size(); ++i) run.metrics[i].targets[0].oob_r2 = r2[i];
    const auto figure = model_quality_figure(run);
    const auto lines = all_matches(figure.svg, "<polyline class=\"line c0\" points=\"([^\"]*)\"");
    ASSERT_EQ(lines.size(), 2u);
    const auto first = points_of(lines[0]), second = points_of(lines[1]);
    ASSERT_EQ(first.size(), 2u);
    ASSERT_EQ(second.size(), 2u);
    EXPECT_NEAR(first[0].y, y_of_tick(figure.svg, "−1.0"), pixel);
    EXPECT_NEAR(first[1].y, y_of_tick(figure.svg, "0.0"), pixel);
    EXPECT_NEAR(second[1].y, y_of_tick(figure.svg, "1.0"), pixel);
    EXPECT_EQ(count(figure.svg, "iteration 1: R² = −7"), 1u);
    EXPECT_NE(figure.caption.find("Triangles"), std::string::npos);
}

TEST(ModelQuality, IsARemarkWithoutAModel)
{
    EXPECT_TRUE(model_quality_figure(run_with_best({1, 2})).svg.empty());
}

}  // namespace sluice::report
