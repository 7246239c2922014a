#include "report/figures/compared_best.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(ComparedBest, GivesEachOfFewRunsAColour)
{
    std::vector<RunRecord> runs = {run_with_best({1, 2}), run_with_best({2, 3, 4}), run_with_best({0})};
    for (std::size_t r = 0; r < runs.size(); ++r) runs[r].journal.name = "run " + std::to_string(r);
    const auto svg = compared_best_figure(runs, name_runs(runs)).svg;
    for (const auto& [colour, iterations] : {std::pair{"c0 d0", 2u}, {"c1 d0", 3u}, {"c2 d0", 1u}}) {
        const auto lines = all_matches(svg, "<polyline class=\"line " + std::string(colour) + "\" points=\"([^\"]*)\"");
        ASSERT_EQ(lines.size(), 1u) << colour;
        EXPECT_EQ(points_of(lines[0]).size(), 2 * iterations);
    }
}

TEST(ComparedBest, OfManyRunsShowsTheMedianOfACampaign)
{
    // Nine runs of one campaign have 1 ... 9 in the initial design. Those with 5 ... 9 end there; 1 ... 4 become 11 ... 14.
    std::vector<RunRecord> runs;
    for (int r = 1; r <= 9; ++r) runs.push_back(run_with_best(r > 4 ? std::vector<double>{1.0 * r} : std::vector<double>{1.0 * r, 10.0 + r}));
    for (std::size_t r = 0; r < runs.size(); ++r) runs[r].folder = "r" + std::to_string(r);
    const auto svg = compared_best_figure(runs, name_runs(runs)).svg;
    EXPECT_EQ(count(svg, "<polyline class=\"thin faint c0 d0\""), 9u);
    const auto median = all_matches(svg, "<polyline class=\"line c0 d0\" points=\"([^\"]*)\"");
    ASSERT_EQ(median.size(), 1u);
    const auto points = points_of(median[0]);
    ASSERT_EQ(points.size(), 4u);
    const double zero_y = y_of_tick(svg, "2") * 2 - y_of_tick(svg, "4");
    const double unit = (y_of_tick(svg, "4") - y_of_tick(svg, "2")) / 2;
    EXPECT_NEAR(points[0].y, zero_y + 5 * unit, 5 * pixel);
    EXPECT_NEAR(points[2].y, zero_y + 9 * unit, 5 * pixel);  // of 5 ... 9, 11 ... 14
}

}  // namespace sluice::report
