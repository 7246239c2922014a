#include "campaign/run_folder/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::campaign {

namespace {

using problems::Goal;
using problems::GoalKind;

const std::vector<Goal> two_goals = {{"gap", GoalKind::maximize}, {"cost", GoalKind::minimize}};

BatchEvent batch(std::int64_t iteration, std::vector<RowId> rows, std::vector<double> r2 = {})
{
    return {iteration, std::move(rows), {}, {}, {}, std::move(r2)};
}

LabelEvent label(RowId row, std::vector<double> values)
{
    return {0, row, "", std::move(values)};
}

LabelEvent failed(RowId row)
{
    return {0, row, "", {}};
}

/// Three rows to begin with, one of which fails; a batch of two; one that fails altogether; one that is still waited for.
const std::vector<JournalEvent> events = {
    batch(0, {1, 2, 3}), label(1, {2, 8}), failed(3), label(2, {4, 6}), batch(1, {4, 5}, {0.5, std::nan("")}), label(4, {3, 5}), label(5, {6, 10}),
    batch(2, {6}, {0.25, 0.125}), failed(6), batch(3, {7, 8}), label(7, {10, 0})};

}  // namespace

TEST(Metrics, OfASmallJournalWithTwoTargets)
{
    // Merits from 0 to 10 and from -10 to 0: row 1 0.2 * 0.2, row 2 0.4 * 0.4, row 4 0.3 * 0.5, row 5 0.6 * 0.
    const Judgement judgement{{{0, -10}, {10, 0}}, 0.16};
    EXPECT_EQ(metrics_csv(events, two_goals, judgement),
              "iteration,labelled,failed,best_gap,batch_min_gap,batch_mean_gap,batch_max_gap,oob_r2_gap,"
              "best_cost,batch_min_cost,batch_mean_cost,batch_max_cost,oob_r2_cost,aggregate_best,aggregate_batch_max,success\n"
              "0,2,1,4,2,3,4,,6,6,7,8,,0.16000000000000003,0.16000000000000003,1\n"
              "1,4,1,6,3,4.5,6,0.5,5,5,7.5,10,,0.16000000000000003,0.15,1\n"
              "2,4,2,6,,,,0.25,5,,,,0.125,0.16000000000000003,,1\n");
}

TEST(Metrics, WithoutAYardstickJudgeNothing)
{
    EXPECT_EQ(metrics_csv({batch(0, {1}), label(1, {2.5})}, {{"y", GoalKind::maximize}}, {}),
              "iteration,labelled,failed,best_y,batch_min_y,batch_mean_y,batch_max_y,oob_r2_y,aggregate_best,aggregate_batch_max,success\n"
              "0,1,0,2.5,2.5,2.5,2.5,,,,\n");
}

TEST(Metrics, SucceedWhenALabelledRowReachesTheYardstickAndNotBefore)
{
    const std::vector<JournalEvent> two = {batch(0, {1}), label(1, {4}), batch(1, {2}), label(2, {5})};
    const auto text = metrics_csv(two, {{"y", GoalKind::maximize}}, Judgement{{{0}, {10}}, 0.5});
    EXPECT_NE(text.find("\n0,1,0,4,4,4,4,,0.4,0.4,0\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\n1,2,0,5,5,5,5,,0.5,0.5,1\n"), std::string::npos) << text;
}

TEST(Metrics, BestOfAWindowIsTheValueNearestToItsCentre)
{
    const std::vector<JournalEvent> window = {batch(0, {1, 2, 3}), label(1, {9}), label(2, {4.5}), label(3, {0})};
    EXPECT_NE(metrics_csv(window, {{"y", GoalKind::window, 4, 6}}, {}).find("\n0,3,0,4.5,0,4.5,9,"), std::string::npos);
}

TEST(Metrics, DoNotDependOnTheOrderOfAnswers)
{
    const std::vector<double> values = {1, 1e16, -1e16, 0.3, 5, 0.2};
    std::vector<JournalEvent> forward = {batch(0, {0, 1, 2, 3, 4, 5})}, backward = forward;
    for (RowId i = 0; i < 6; ++i) {
        forward.emplace_back(label(i, {values[static_cast<std::size_t>(i)]}));
        backward.emplace_back(label(5 - i, {values[static_cast<std::size_t>(5 - i)]}));
    }
    const std::vector<Goal> goal = {{"y", GoalKind::minimize}};
    EXPECT_EQ(metrics_csv(forward, goal, {}), metrics_csv(backward, goal, {}));
}

TEST(Metrics, LeaveOutTheBestOfWhatIsOnlyPredicted)
{
    const std::vector<Goal> goals = {{"gap", GoalKind::predict}, {"cost", GoalKind::minimize}};
    const std::vector<JournalEvent> plain = {batch(0, {1}), label(1, {2, 8})};
    EXPECT_EQ(metrics_csv(plain, goals, {}),
              "iteration,labelled,failed,best_cost,batch_min_cost,batch_mean_cost,batch_max_cost,oob_r2_cost,aggregate_best,aggregate_batch_max,success\n"
              "0,1,0,8,8,8,8,,,,\n");
    const std::vector<JournalEvent> modelled = {batch(0, {1}), label(1, {2, 8}), batch(1, {2}, {0.5, 0.25}), label(2, {3, 9})};
    EXPECT_EQ(metrics_csv(modelled, goals, {}),
              "iteration,labelled,failed,oob_r2_gap,best_cost,batch_min_cost,batch_mean_cost,batch_max_cost,oob_r2_cost,aggregate_best,aggregate_batch_max,success\n"
              "0,1,0,,8,8,8,8,,,,\n"
              "1,2,0,0.5,8,9,9,9,0.25,,,\n");
}

TEST(Metrics, HaveAColumnForEachFigureOfAStrategyInTheOrderOfFirstAppearance)
{
    const std::vector<Goal> goals = {{"y", GoalKind::predict}};
    auto first = batch(1, {2}), second = batch(2, {3});
    first.diagnostics = R"({"other":{"a":1},"figures":{"test_nll":3.25,"name":"no number","broken":null,"plateau, fraction":0.5}})";
    second.diagnostics = R"({"figures":{"ties":7,"test_nll":2.5}})";
    EXPECT_EQ(metrics_csv({batch(0, {1}), label(1, {2}), first, label(2, {3}), second, label(3, {3})}, goals, {}),
              "iteration,labelled,failed,test_nll,\"plateau, fraction\",ties,aggregate_best,aggregate_batch_max,success\n"
              "0,1,0,,,,,,\n"
              "1,2,0,3.25,0.5,,,,\n"
              "2,3,0,2.5,,7,,,\n");
}

}  // namespace sluice::campaign
