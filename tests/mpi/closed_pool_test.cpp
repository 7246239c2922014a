#include "problems/closed_pool.hpp"

#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

using pool::RowState;
using problems::Goal;
using problems::GoalKind;
using test::ranks;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A pool whose targets are given, [rows][targets].
struct Table {
    std::vector<std::vector<double>> targets;
    std::vector<Goal> goals;
    std::vector<std::size_t> columns;   ///< of the targets, per goal
    std::vector<RowId> excluded = {};   ///< before measuring
    RowId tile_rows = 4;
};

pool::Shard shard_of(const Table& table, const test::SharedFolder& folder, const Communicator& comm)
{
    pool::PoolInfo info;
    info.rows = static_cast<RowId>(table.targets.size());
    info.columns = 1;
    info.tile_rows = table.tile_rows;
    for (std::size_t t = 0; t < table.targets[0].size(); ++t) info.target_names.push_back("y" + std::to_string(t));
    info.target_units.resize(info.target_names.size());
    const auto path = folder.path / "pool.h5";
    const auto share = share_of(info.tiling(), ranks().rank(), ranks().size());
    auto file = hdf5::File::create(path, ranks());
    create_pool(file, info, 1, ranks().is_root());
    const std::vector<float> features(table.targets.size(), 1.0F);
    std::vector<double> own;
    for (RowId row = share.first_row; row < share.end_row; ++row) own.insert(own.end(), table.targets[static_cast<std::size_t>(row)].begin(), table.targets[static_cast<std::size_t>(row)].end());
    file.write_rows("/features", hdf5::Type::float32, share.first_row, share.rows(), features.data());
    file.write_rows("/targets", hdf5::Type::float64, share.first_row, share.rows(), own.data());
    file.close();
    ranks().barrier();
    return pool::read_shard(path.string(), comm, true, pool::MissingFeatures::error);
}

/// Row by row on one rank, with sorting: specs/fusion.md sections 3.1 to 3.3.
struct BruteForce {
    std::vector<RowId> rows;  ///< that take part
    double success = 0;
    std::vector<bool> lower_half;
    std::vector<double> low, high;
};

BruteForce by_brute_force(const Table& table)
{
    BruteForce result;
    const std::size_t count = table.targets.size();
    for (std::size_t i = 0; i < count; ++i) {
        bool known = std::find(table.excluded.begin(), table.excluded.end(), static_cast<RowId>(i)) == table.excluded.end();
        for (const auto column : table.columns) known = known && std::isfinite(table.targets[i][column]);
        if (known) result.rows.push_back(static_cast<RowId>(i));
    }
    std::vector<double> aggregate(result.rows.size(), 1);
    for (std::size_t t = 0; t < table.goals.size(); ++t) {
        const auto& goal = table.goals[t];
        std::vector<double> q;
        for (const RowId row : result.rows) {
            const double y = table.targets[static_cast<std::size_t>(row)][table.columns[t]];
            q.push_back(goal.kind == GoalKind::maximize ? y : goal.kind == GoalKind::minimize ? -y : -std::abs(y - (goal.low + goal.high) / 2));
        }
        const double margin = goal.kind == GoalKind::window ? 0 : 0.001;
        result.low.push_back(*std::min_element(q.begin(), q.end()) - margin);
        result.high.push_back(*std::max_element(q.begin(), q.end()) + margin);
        if (result.high[t] == result.low[t]) continue;
        for (std::size_t i = 0; i < q.size(); ++i) aggregate[i] *= (q[i] - result.low[t]) / (result.high[t] - result.low[t]);
    }
    std::vector<std::pair<double, RowId>> order;
    for (std::size_t i = 0; i < aggregate.size(); ++i) order.emplace_back(aggregate[i], result.rows[i]);
    std::sort(order.begin(), order.end());
    const std::size_t n = order.size();
    result.success = order[std::max(static_cast<std::size_t>(0.99 * static_cast<double>(n)), n > 10 ? n - 10 : 0)].first;
    result.lower_half.assign(count, false);
    for (std::size_t i = 0; i < n / 2; ++i) result.lower_half[static_cast<std::size_t>(order[i].second)] = true;
    return result;
}

void expect_as_brute_force(const Table& table, const Communicator& comm)
{
    const test::SharedFolder folder;
    const auto shard = shard_of(table, folder, comm);
    std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    for (const RowId row : table.excluded) {
        if (shard.share.owns(row)) state[static_cast<std::size_t>(row - shard.share.first_row)] = RowState::excluded;
    }
    const auto yardstick = problems::measure(shard, table.columns, table.goals, state, comm);
    const auto expected = by_brute_force(table);
    EXPECT_EQ(yardstick.rows, static_cast<std::int64_t>(expected.rows.size()));
    EXPECT_EQ(yardstick.aggregation.low, expected.low);
    EXPECT_EQ(yardstick.aggregation.high, expected.high);
    EXPECT_DOUBLE_EQ(yardstick.success, expected.success);
    const auto first = expected.lower_half.begin() + shard.share.first_row;
    EXPECT_EQ(yardstick.lower_half, std::vector<bool>(first, first + shard.share.rows()));
    std::vector<RowId> rows;
    for (std::size_t i = 0; i < state.size(); ++i) {
        if (state[i] == RowState::unlabelled) rows.push_back(shard.share.first_row + static_cast<RowId>(i));
    }
    EXPECT_EQ(comm.gather(std::span<const RowId>(rows)), expected.rows);
}

void expect_as_brute_force(const Table& table)
{
    expect_as_brute_force(table, ranks());
    expect_as_brute_force(table, ranks().split(-1));
}

std::vector<std::vector<double>> random_targets(std::size_t rows, std::size_t targets, std::uint32_t distinct)
{
    std::vector<std::vector<double>> table(rows);
    RandomStream random(3, Purpose::random_score, 0, 0);
    for (auto& row : table) {
        for (std::size_t t = 0; t < targets; ++t) row.push_back(distinct > 0 ? random.below(distinct) : random.normal());
    }
    return table;
}

}  // namespace

TEST(Measure, EqualsTheBruteForce)
{
    expect_as_brute_force({.targets = random_targets(151, 1, 0), .goals = {{"y", GoalKind::maximize}}, .columns = {0}});
    expect_as_brute_force({.targets = random_targets(2003, 1, 0), .goals = {{"y", GoalKind::minimize}}, .columns = {0}, .tile_rows = 64});
}

TEST(Measure, HoldsAmongTiesAtTheBorderOfTheLowerHalf)
{
    expect_as_brute_force({.targets = random_targets(61, 1, 3), .goals = {{"y", GoalKind::maximize}}, .columns = {0}});
    expect_as_brute_force({.targets = random_targets(60, 1, 2), .goals = {{"y", GoalKind::minimize}}, .columns = {0}});
    expect_as_brute_force({.targets = std::vector(23, std::vector{7.0}), .goals = {{"y", GoalKind::maximize}}, .columns = {0}});
    expect_as_brute_force({.targets = std::vector(23, std::vector{7.0}), .goals = {{"y", GoalKind::window, 1, 3}}, .columns = {0}, .tile_rows = 8});
}

TEST(Measure, MultipliesTargetsWithDifferentGoals)
{
    auto targets = random_targets(97, 3, 0);
    expect_as_brute_force({.targets = targets, .goals = {{"y2", GoalKind::minimize}, {"y0", GoalKind::window, -0.5, 1.5}, {"y1", GoalKind::maximize}}, .columns = {2, 0, 1}});
    // A range that the margin of 0.001 outweighs.
    for (auto& row : targets) row[1] *= 1e-4;
    expect_as_brute_force({.targets = targets, .goals = {{"y1", GoalKind::maximize}, {"y0", GoalKind::window, -0.5, 1.5}}, .columns = {1, 0}});
}

TEST(Measure, LeavesOutRowsWithoutLabelOrExcludedBefore)
{
    auto targets = random_targets(45, 2, 4);
    for (const std::size_t row : {0, 7, 8, 44}) targets[row][1] = unknown;
    targets[20] = {unknown, 1};
    targets[5] = {1e9, -1e9};  // excluded: must not widen the range
    const std::vector<RowId> excluded = {5, 43};
    expect_as_brute_force({.targets = targets, .goals = {{"y1", GoalKind::minimize}}, .columns = {1}, .excluded = excluded});
    expect_as_brute_force({.targets = targets, .goals = {{"y0", GoalKind::maximize}, {"y1", GoalKind::minimize}}, .columns = {0, 1}, .excluded = excluded});
}

TEST(Measure, SuccessIsTheBestTenRowsOrOnePercent)  // specs/fusion.md section 3.1: min(10, N - int(0.99 N)) rows
{
    for (const auto& [rows, winners] : {std::pair{4, 1}, {50, 1}, {101, 2}, {350, 4}, {1500, 10}}) {
        Table table{.targets = {}, .goals = {{"y", GoalKind::maximize}}, .columns = {0}, .tile_rows = 32};
        for (int i = 0; i < rows; ++i) table.targets.push_back({static_cast<double>((i * 7) % rows)});  // each of 0 ... rows - 1 once, as 7 divides no other
        if (rows % 7 == 0) {
            for (int i = 0; i < rows; ++i) table.targets[static_cast<std::size_t>(i)] = {static_cast<double>(rows - i)};
        }
        const test::SharedFolder folder;
        const auto shard = shard_of(table, folder, ranks());
        std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
        const auto yardstick = problems::measure(shard, table.columns, table.goals, state, ranks());
        std::int64_t reached = 0;
        for (std::size_t i = 0; i < state.size(); ++i) reached += yardstick.aggregation.of(std::span(shard.targets).subspan(i, 1), table.goals) >= yardstick.success ? 1 : 0;
        EXPECT_EQ(ranks().sum(reached), winners) << rows << " rows";
    }
}

TEST(Measure, NeedsFourRows)
{
    const test::SharedFolder folder;
    const Table table{.targets = {{1}, {2}, {3}, {unknown}}, .goals = {{"y", GoalKind::maximize}}, .columns = {0}, .tile_rows = 1};
    const auto shard = shard_of(table, folder, ranks());
    std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    EXPECT_THROW(problems::measure(shard, table.columns, table.goals, state, ranks()), Agreed);
}

TEST(InitialCount, FollowsTheProtocol)  // specs/fusion.md section 3.1: min(20, N/10 + 1, N/2)
{
    EXPECT_EQ(problems::initial_count(20, 4), 1);
    EXPECT_EQ(problems::initial_count(20, 100), 11);
    EXPECT_EQ(problems::initial_count(20, 189), 19);
    EXPECT_EQ(problems::initial_count(20, 190), 20);
    EXPECT_EQ(problems::initial_count(20, 4'000'000), 20);
}

TEST(ClosedPool, AnswersInTheOrderAskedAndNotWhereALabelIsUnknown)
{
    const test::SharedFolder folder;
    const Table table{.targets = {{1, 10}, {2, 20}, {3, unknown}, {4, 40}, {5, 50}, {INFINITY, 60}}, .goals = {}, .columns = {}, .tile_rows = 2};
    const auto shard = shard_of(table, folder, ranks());
    const auto problem = problems::ProblemRegistration::all().at("closed-pool")->make({});
    EXPECT_TRUE(problem.reads_targets);
    using Values = std::vector<double>;
    EXPECT_EQ(problem.look_up(shard, {1, 0}, {4, 2, 0, 5}, ranks()), (std::vector<problems::Answer>{Values{50, 5}, {}, Values{10, 1}, {}}));
    EXPECT_EQ(problem.look_up(shard, {0}, {2}, ranks()), std::vector<problems::Answer>{Values{3}});
}

}  // namespace sluice
