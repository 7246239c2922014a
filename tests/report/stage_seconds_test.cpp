#include "report/figures/stage_seconds.hpp"

#include "report/figure_checks.hpp"

#include <gtest/gtest.h>

namespace sluice::report {

TEST(StageSeconds, StacksTheStagesOfAnIteration)
{
    auto run = run_with_best({1, 1});
    run.stages = {{0, "select", 1, 0, 0}, {1, "select", 2, 0, 0}, {1, "fit", 2, 0, 0}, {1, "fit", 1, 0, 0}};
    const auto svg = stage_seconds_figure(run).svg;
    const std::string bar = "<rect class=\"box c[13]\" x=\"[^\"]*\" y=\"([^\"]*)\" width=\"[^\"]*\" height=\"[^\"]*\"><title>iteration 1, ";
    const auto fit_top = all_matches(svg, bar + "fit: 3 s<"), select_top = all_matches(svg, bar + "select: 2 s<");
    ASSERT_EQ(fit_top.size(), 1u);
    ASSERT_EQ(select_top.size(), 1u);
    EXPECT_NEAR(std::stod(fit_top[0]), y_of_tick(svg, "3"), pixel);
    EXPECT_NEAR(std::stod(select_top[0]), y_of_tick(svg, "5"), pixel);
}

TEST(StageSeconds, JoinsManyIterationsIntoBarsOfTheirMean)
{
    auto run = run_with_best({1});
    for (std::int64_t i = 0; i < 400; ++i) run.stages.push_back({i, "fit", i < 10 ? (i % 2 == 0 ? 2.0 : 4.0) : 1.0, 0, 0});
    const auto figure = stage_seconds_figure(run);
    EXPECT_EQ(count(figure.svg, ", mean, fit: "), 40u);
    EXPECT_EQ(count(figure.svg, "iterations 0–9, mean, fit: 3 s"), 1u);
    EXPECT_EQ(count(figure.svg, "iterations 390–399, mean, fit: 1 s"), 1u);
    EXPECT_NE(figure.caption.find("mean of 10 iterations"), std::string::npos);
}

TEST(StageSeconds, HasATableWithSharesAndRates)
{
    auto run = run_with_best({1});
    run.stages = {{0, "score", 4, 2e9, 8e12}, {1, "ask", 12, 0, 0}};
    const auto table = stage_table(run);
    EXPECT_NE(table.find("<td>score</td><td class=\"number\">4 s</td><td class=\"number\">25.0 %</td><td class=\"number\">2.00 GB</td>"
                         "<td class=\"number\">500 MB/s</td><td class=\"number\">8.00 TFLOP</td><td class=\"number\">2.00 TFLOP/s</td>"),
              std::string::npos)
        << table;
    EXPECT_NE(table.find("<td>ask</td><td class=\"number\">12 s</td><td class=\"number\">75.0 %</td><td class=\"number\"></td>"), std::string::npos);
    EXPECT_EQ(stage_table(run_with_best({1})), "");
    EXPECT_TRUE(stage_seconds_figure(run_with_best({1})).svg.empty());
}

}  // namespace sluice::report
