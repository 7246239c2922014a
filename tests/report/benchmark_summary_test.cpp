#include "report/benchmark/benchmark_page.hpp"
#include "report/benchmark/rank_figure.hpp"
#include "report/figure_checks.hpp"
#include "report/synthetic_run.hpp"

#include "base/error.hpp"
#include "base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace sluice::report {

namespace {

BenchmarkRunSteps run_of(std::size_t problem, std::size_t method, const std::string& seed, const std::vector<double>& mse, const std::vector<double>& diversity)
{
    BenchmarkRunSteps run{problem, method, seed};
    for (std::size_t i = 0; i < mse.size(); ++i) {
        run.steps.push_back({.step = static_cast<double>(i), .labelled = 10.0 + 5.0 * static_cast<double>(i), .test_rmse = std::sqrt(mse[i]), .test_mse = mse[i], .best = nan_value,
                             .success = nan_value, .diversity = diversity[i], .seconds = 2, .fit_seconds = 1.5});
    }
    return run;
}

/// Two problems, three methods, two seeds.
BenchmarkResults results()
{
    BenchmarkResults r{{"p", "q"}, {"random", "good", "bad"}, {}};
    const double none = nan_value;
    for (std::size_t p = 0; p < 2; ++p) {
        const double unit = p == 0 ? 1 : 100;
        r.runs.push_back(run_of(p, 0, "1", {4 * unit, 2 * unit, none}, {9, 1, 3}));   // area 3
        r.runs.push_back(run_of(p, 0, "2", {6 * unit, 4 * unit, none}, {9, 2, 2}));   // area 5
        r.runs.push_back(run_of(p, 1, "1", {4 * unit, 0, none}, {9, 4, 4}));          // area 2
        r.runs.push_back(run_of(p, 1, "2", {2 * unit, 2 * unit, none}, {9, 3, 5}));   // area 2
        r.runs.push_back(run_of(p, 2, "1", {4 * unit, 8 * unit, none}, {9, 0, 1}));   // area 6
        r.runs.push_back(run_of(p, 2, "2", {10 * unit, 10 * unit, none}, {9, 1, 0})); // area 10
    }
    return r;
}

}  // namespace

TEST(BenchmarkSummary, AreaIsATrapezoidOverWhatWasTested)
{
    auto run = run_of(0, 0, "1", {4, 2, 1, nan_value}, {0, 0, 0, 0});
    EXPECT_DOUBLE_EQ(error_area(run), ((4 + 2) / 2.0 + (2 + 1) / 2.0) / 2);
    run.steps[2].labelled = 40;  // uneven steps weigh by their width: 5 and 25
    EXPECT_DOUBLE_EQ(error_area(run), (5 * 3.0 + 25 * 1.5) / 30);
    EXPECT_DOUBLE_EQ(error_area(run_of(0, 0, "1", {7, nan_value}, {0, 0})), 7);
    EXPECT_TRUE(std::isnan(error_area(run_of(0, 0, "1", {nan_value}, {0}))));
}

TEST(BenchmarkSummary, AreasAndDiversitiesAreDividedByTheBaselinesMean)
{
    const auto r = results();
    for (std::size_t p = 0; p < 2; ++p) {
        const auto area = relative_measure(r, 0)[p];
        EXPECT_DOUBLE_EQ(area[0].mean(), 1) << "random is 1, whatever the unit of the error";
        EXPECT_DOUBLE_EQ(area[0].deviation(), std::sqrt(2.0) / 4) << "3 and 5, of a mean of 4";
        EXPECT_DOUBLE_EQ(area[1].mean(), 0.5);
        EXPECT_DOUBLE_EQ(area[2].mean(), 2);
        const auto diversity = relative_to(r, 0, mean_diversity)[p];
        EXPECT_DOUBLE_EQ(diversity[0].mean(), 1) << "the initial rows are no batch of the method";
        EXPECT_DOUBLE_EQ(diversity[1].mean(), 2);
        EXPECT_DOUBLE_EQ(diversity[2].mean(), 0.25);
    }
}

TEST(BenchmarkSummary, ASearchIsMeasuredByItsLabelsUntilSuccess)
{
    BenchmarkResults r{{"p"}, {"random", "m"}, {run_of(0, 0, "1", {nan_value, nan_value, nan_value}, {0, 0, 0}), run_of(0, 1, "1", {nan_value, nan_value, nan_value}, {0, 0, 0})}};
    EXPECT_EQ(measure_of(r, 0), Measure::none);
    for (auto& run : r.runs) {
        for (auto& step : run.steps) step.success = 0;
    }
    r.runs[1].steps[1].success = r.runs[1].steps[2].success = 1;
    EXPECT_EQ(measure_of(r, 0), Measure::labels);
    EXPECT_EQ(labels_to_success(r.runs[0]), 20) << "without success all labels count";
    EXPECT_EQ(labels_to_success(r.runs[1]), 15);
    EXPECT_DOUBLE_EQ(relative_measure(r, 0)[0][1].mean(), 0.75);
}

TEST(BenchmarkSummary, RanksShareTies)
{
    const auto ranks = mean_ranks({{3, 1, 2}, {1, 1, 5}});
    EXPECT_EQ(ranks.rank, (std::vector<double>{(3 + 1.5) / 2, (1 + 1.5) / 2, (2 + 3) / 2.0}));
    EXPECT_EQ(ranks.blocks, 2u);
}

TEST(BenchmarkSummary, BlocksAreProblemsOrOfASingleOneItsSeeds)
{
    auto r = results();
    EXPECT_EQ(blocks_of(r, relative_measure(r, 0)), (std::vector<std::vector<double>>{{1, 0.5, 2}, {1, 0.5, 2}}));
    std::erase_if(r.runs, [](const auto& run) { return run.problem == 1; });
    r.problems = {"p"};
    EXPECT_EQ(blocks_of(r, relative_measure(r, 0)), (std::vector<std::vector<double>>{{3, 2, 6}, {5, 2, 10}}));
    r.runs.pop_back();
    EXPECT_EQ(blocks_of(r, relative_measure(r, 0)).size(), 1u) << "a seed that lacks a method ranks nothing";
}

TEST(BenchmarkSummary, CriticalDifferenceIsDemsars)  // Demšar 2006, section 3.2.2: q_0.05 2.569 for four classifiers on 14 data sets gives 1.25; table 5: 3.164 for ten
{
    EXPECT_NEAR(*critical_difference(4, 14), 1.25, 0.005);
    EXPECT_NEAR(*critical_difference(10, 6) / std::sqrt(110.0 / 36), 3.164, 0.0006);
    EXPECT_NEAR(*critical_difference(2, 6) / std::sqrt(1.0 / 6), 1.960, 0.0006);
    EXPECT_FALSE(critical_difference(1, 5));
    EXPECT_FALSE(critical_difference(31, 5));
    EXPECT_FALSE(critical_difference(3, 0));
}

TEST(BenchmarkSummary, GroupsAreTheLargestSetsWithinTheDifference)
{
    using Groups = std::vector<std::pair<std::size_t, std::size_t>>;
    EXPECT_EQ(groups_within({1, 1.5, 2.2, 4, 4.1}, 1), (Groups{{0, 1}, {1, 2}, {3, 4}}));
    EXPECT_EQ(groups_within({1, 2, 3}, 0.5), Groups{});
    EXPECT_EQ(groups_within({1, 2, 3}, 9), (Groups{{0, 2}}));
}

TEST(BenchmarkPage, ShowsCurvesTablesRanksAndWhatFailed)
{
    const auto html = benchmark_page(results(), {"the name", "random", "[benchmark]\nx = 1 < 2\n", {"bad, p: it & failed"}});
    EXPECT_EQ(count(html, "<svg"), 3u) << "ranks, and a learning curve per problem";
    EXPECT_EQ(count(html, "<polygon class=\"band"), 6u);
    EXPECT_THAT(html, ::testing::HasSubstr("<td>good</td><td class=\"number\">0.500 ± 0.000</td><td class=\"number\">0.500 ± 0.000</td><td class=\"number\">0.500</td>"));
    EXPECT_THAT(html, ::testing::HasSubstr("<td>bad</td><td class=\"number\">0.250 ± 0.000</td>"));
    EXPECT_THAT(html, ::testing::HasSubstr("<td>good</td><td class=\"number\">0.5000 + 1.5000</td>"));
    EXPECT_THAT(html, ::testing::HasSubstr("bad, p: it &amp; failed"));
    EXPECT_THAT(html, ::testing::HasSubstr("x = 1 &lt; 2"));
    const auto median = points_of(all_matches(html, "<polyline class=\"line c1 d0\" points=\"([^\"]*)\"")[0]);
    ASSERT_EQ(median.size(), 2u);
}

TEST(BenchmarkPage, SaysWhatIsMissingWhereTheBaselineIsNotDone)
{
    auto r = results();
    r.methods[0] = "other";
    EXPECT_THAT(benchmark_page(r, {"n", "random", "", {}}), ::testing::HasSubstr("No run of the baseline is done"));
}

TEST(BenchmarkResults, AreReadByRunAndStep)
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "results.csv";
    write_file_atomically(path, "problem,method,seed,step,labelled,test_rmse,test_mse,test_nll,best,success,diversity,seconds,fit_seconds\n"
                                "p,random,1,0,10,0.5,0.25,,,,0.1,0,0\np,random,1,1,15,,,,3,1,0.2,2,1\np,random,2,0,10,0.4,0.16,,,,0.1,0,0\nq,\"a, b\",1,0,10,,,,,,,0,0\n");
    const auto r = read_benchmark_results(path);
    EXPECT_EQ(r.problems, (std::vector<std::string>{"p", "q"}));
    EXPECT_EQ(r.methods, (std::vector<std::string>{"random", "a, b"}));
    ASSERT_EQ(r.runs.size(), 3u);
    ASSERT_EQ(r.runs[0].steps.size(), 2u);
    EXPECT_EQ(r.runs[0].steps[0].test_mse, 0.25);
    EXPECT_TRUE(std::isnan(r.runs[0].steps[1].test_mse));
    EXPECT_EQ(r.runs[0].steps[1].success, 1);
    write_file_atomically(path, "problem,method\np,m\n");
    EXPECT_THROW(read_benchmark_results(path), Error);
}

}  // namespace sluice::report
