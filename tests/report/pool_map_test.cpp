#include "report/figures/pool_map.hpp"

#include "report/figure_checks.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::report {

TEST(PoolMap, DrawsTheCellsThatHoldRowsAndThePicks)
{
    auto run = run_with_best({1});
    run.map = DensityMap{.explained = {0.5, 0.25},
                         .x = {0, 2},
                         .y = {0, 2},
                         .counts = {{1, 0}, {10, 1000}},
                         .picks = {{7, 0, 0.5, 0.5}, {8, 1, 1.5, 1.5}, {9, 2, 2, 0}, {10, 2, 1, 1}}};
    run.journal.labels = {{.iteration = 2, .row = 9, .id = "", .values = {}, .failed = true}};
    const auto svg = pool_map_figure(run).svg;
    EXPECT_EQ(all_matches(svg, "<rect class=\"hollow ink\" [^>]*><title>([^<]*)<"), (std::vector<std::string>{"row 7, initial design"}));
    EXPECT_EQ(all_matches(svg, "<circle class=\"pick r\\d+\" [^>]*><title>([^<]*)<"),
              (std::vector<std::string>{"row 8, iteration 1", "row 10, iteration 2"}));
    EXPECT_EQ(all_matches(svg, "<path class=\"cross r\\d+\" [^>]*><title>([^<]*)<"), (std::vector<std::string>{"row 9, iteration 2, failed"}));
    EXPECT_NE(svg.find("principal component 1 (50.0 % of the variance)"), std::string::npos);

    // log 1, log 10 and log 1000 are levels 0, 3 and 9 of ten. The colour bar has a cell of each of the ten,
    // the legend one.
    for (const char* level : {"0", "3", "9"}) EXPECT_EQ(count(svg, std::string("\"cells g") + level + "\""), 2u) << level;
    EXPECT_EQ(count(svg, "\"cells g"), 3u + 10u + 1u);
}

TEST(PoolMap, OfOneFeatureShowsTheLabelsAboveIt)
{
    auto run = run_with_best({1});
    run.map = DensityMap{.explained = {1, 0}, .x = {-1, 1}, .y = {-0.5, 0.5}, .counts = {{3, 0}, {1, 2}}, .picks = {{8, 1, 0.5, 0}, {9, 1, -0.5, 0}, {11, 1, 0, 0}}};
    run.journal.labels = {{.iteration = 1, .row = 8, .id = "", .values = {-20}}, {.iteration = 1, .row = 9, .id = "", .values = {40}}, {.iteration = 1, .row = 11, .id = "", .values = {}, .failed = true}};
    const auto figure = pool_map_figure(run);
    EXPECT_NE(figure.caption.find("one feature only"), std::string::npos);
    const auto y = all_matches(figure.svg, "<circle class=\"pick r\\d+\" cx=\"[^\"]*\" cy=\"([^\"]*)\" r=\"4\"");
    ASSERT_EQ(y.size(), 2u);
    EXPECT_NEAR(std::stod(y[0]), y_of_tick(figure.svg, "−20"), pixel);
    EXPECT_NEAR(std::stod(y[1]), y_of_tick(figure.svg, "40"), pixel);
    EXPECT_EQ(count(figure.svg, "<path class=\"cross r"), 1u) << "a failed row has no label, and is shown all the same";
    run.map->explained = {0.9, 0.1};
    EXPECT_EQ(pool_map_figure(run).caption.find("one feature only"), std::string::npos);
}

TEST(PoolMap, OfOneFeatureIsALineBeforeThereAreLabels)
{
    auto run = run_with_best({1});
    run.map = DensityMap{.explained = {1, 0}, .x = {-1, 1}, .y = {-0.5, 0.5}, .counts = {{1}}, .picks = {{8, 1, 0.5, 0}}};
    run.journal.labels.clear();
    EXPECT_NE(pool_map_figure(run).caption.find("one feature only"), std::string::npos);
}

TEST(PoolMap, PutsAPickAtItsCoordinates)
{
    auto run = run_with_best({1});
    run.map = DensityMap{.explained = {}, .x = {-10, 10}, .y = {-10, 10}, .counts = {{1}}, .picks = {{8, 1, 5, -4}}};
    const auto svg = pool_map_figure(run).svg;
    const auto x = all_matches(svg, "<circle class=\"pick r\\d+\" cx=\"([^\"]*)\" cy=\"[^\"]*\" r=\"4\"");
    const auto y = all_matches(svg, "<circle class=\"pick r\\d+\" cx=\"[^\"]*\" cy=\"([^\"]*)\" r=\"4\"");
    ASSERT_EQ(x.size(), 1u);
    EXPECT_NEAR(std::stod(x[0]), x_of_tick(svg, "5"), pixel);
    ASSERT_EQ(y.size(), 1u);
    EXPECT_NEAR(std::stod(y[0]), y_of_tick(svg, "−4"), pixel);
}

TEST(PoolMap, GivesEachOfFewIterationsItsOwnColour)
{
    auto run = run_with_best({1});
    run.map = DensityMap{.explained = {}, .x = {0, 1}, .y = {0, 1}, .counts = {{1}}, .picks = {}};
    for (std::int64_t iteration = 1; iteration <= 12; ++iteration) run.map->picks.push_back({1, iteration, 0.5, 0.5});
    const auto svg = pool_map_figure(run).svg;
    for (int colour = 0; colour < 12; ++colour) {
        const auto picked = all_matches(svg, fmt::format("<circle class=\"pick r{}\" [^>]*><title>([^<]*)<", colour));
        EXPECT_EQ(picked, (std::vector<std::string>{fmt::format("row 1, iteration {}", colour + 1)}));
    }
}

TEST(PoolMap, IsARemarkWithoutAMapOrRows)
{
    auto run = run_with_best({1});
    EXPECT_TRUE(pool_map_figure(run).svg.empty());
    run.map = DensityMap{.explained = {0, 0}, .x = {0, 0}, .y = {0, 0}, .counts = {{0, 0}, {0, 0}}, .picks = {}};
    EXPECT_TRUE(pool_map_figure(run).svg.empty());
}

}  // namespace sluice::report
