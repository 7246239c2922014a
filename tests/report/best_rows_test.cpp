#include "report/figures/best_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::report {

namespace {

RunRecord run_with(const std::vector<std::string>& targets, const std::vector<std::string>& goals, const std::vector<std::vector<double>>& values)
{
    RunRecord run;
    run.journal.targets = targets;
    run.journal.goals = goals;
    for (std::size_t i = 0; i < values.size(); ++i) {
        run.journal.labels.push_back({.iteration = 0, .row = i, .id = "", .values = values[i], .failed = values[i].empty()});
    }
    return run;
}

std::vector<std::uint64_t> rows_of(const std::vector<Label>& labels)
{
    std::vector<std::uint64_t> rows;
    for (const auto& label : labels) rows.push_back(label.row);
    return rows;
}

using Rows = std::vector<std::uint64_t>;

}  // namespace

TEST(BestRows, FollowTheGoal)
{
    const std::vector<std::vector<double>> values = {{0.2}, {-3}, {1.4}, {}, {1.4}, {std::nan("")}};  // row 3 failed
    EXPECT_EQ(rows_of(best_rows(run_with({"y"}, {"maximize"}, values), 10)), (Rows{2, 4, 0, 1}));
    EXPECT_EQ(rows_of(best_rows(run_with({"y"}, {"minimize"}, values), 3)), (Rows{1, 0, 2}));
    auto window = run_with({"y"}, {"window"}, values);
    window.settings.windows["y"] = {0, 1};
    EXPECT_EQ(rows_of(best_rows(window, 10)), (Rows{0, 2, 4, 1}));  // distances 0.3, 0.9, 0.9, 3.5 to the centre 0.5
}

TEST(BestRows, OfAWindowThatIsNotKnownLieNearTheBest)
{
    auto run = run_with({"y"}, {"window"}, {{5}, {2}, {1}});
    run.metrics.push_back({.targets = {{.best = 1.9}}});
    EXPECT_EQ(rows_of(best_rows(run, 10)), (Rows{1, 2, 0}));
}

TEST(BestRows, OfSeveralTargetsHaveTheLargestProduct)
{
    // Scaled: (1, 0), (0, 1), (0.5, 0.5), (0.8, 0.4) with products 0, 0, 0.25, 0.32.
    const auto run = run_with({"a", "b"}, {"maximize", "minimize"}, {{10, 5}, {0, 0}, {5, 2.5}, {8, 3}});
    EXPECT_EQ(rows_of(best_rows(run, 10)), (Rows{3, 2, 0, 1}));
}

TEST(BestRows, OfAConstantTargetLeaveItOut)
{
    EXPECT_EQ(rows_of(best_rows(run_with({"a", "b"}, {"maximize", "maximize"}, {{7, 1}, {7, 3}, {7, 2}}), 10)), (Rows{1, 2, 0}));
}

TEST(BestRows, OfARunWithoutLabelsAreNone)
{
    EXPECT_TRUE(best_rows(run_with({"y"}, {"maximize"}, {}), 10).empty());
    EXPECT_TRUE(best_rows(run_with({"y", "z"}, {"maximize", "maximize"}, {{}, {}}), 10).empty());
}

}  // namespace sluice::report
