#include "problems/closed_pool.hpp"

#include "pool/order_statistic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::problems {

namespace {

std::vector<double> targets_of(const pool::Shard& shard, const std::vector<std::size_t>& columns, std::size_t local)
{
    std::vector<double> values;
    for (const auto column : columns) values.push_back(shard.targets[local * shard.info.target_names.size() + column]);
    return values;
}

/// A target may be unknown (NaN), but not infinite: no range over the pool would be left.
void refuse_infinite_targets(const pool::Shard& shard, const std::vector<std::size_t>& columns, const Communicator& ranks)
{
    together(ranks, [&] {
        for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) {
            const auto values = targets_of(shard, columns, static_cast<std::size_t>(row - shard.share.first_row));
            const auto found = std::find_if(values.begin(), values.end(), [](double v) { return std::isinf(v); });
            if (found == values.end()) continue;
            const auto column = columns[static_cast<std::size_t>(found - values.begin())];
            fail("{}: /targets row {}, column {} ('{}') is infinite; must be a number, or NaN where unknown", shard.info.path, row, column, shard.info.target_names[column]);
        }
    });
}

Aggregation aggregation_over(const std::vector<std::vector<double>>& values, std::span<const Goal> goals, const Communicator& ranks)
{
    constexpr double margin = 0.001;
    Aggregation aggregation;
    for (std::size_t t = 0; t < goals.size(); ++t) {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (const auto& row : values) {
            low = std::min(low, goals[t].merit(row[t]));
            high = std::max(high, goals[t].merit(row[t]));
        }
        const double widen = goals[t].kind == GoalKind::window ? 0 : margin;
        aggregation.low.push_back(ranks.smallest(low) - widen);
        aggregation.high.push_back(ranks.largest(high) + widen);
    }
    return aggregation;
}

/// Marks the `count` rows of lowest aggregate value; among equal ones at the border the lower rows.
std::vector<bool> lowest_rows(const std::vector<double>& aggregate, const std::vector<RowId>& rows, std::int64_t count, const pool::Shard& shard, const Communicator& ranks)
{
    std::vector<bool> marked(static_cast<std::size_t>(shard.share.rows()), false);
    const double border = pool::order_statistic(aggregate, count - 1, ranks);
    std::int64_t below = 0;
    std::vector<double> tied;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (aggregate[i] < border) ++below;
        if (aggregate[i] == border) tied.push_back(static_cast<double>(rows[i]));
    }
    const double last_tied = pool::order_statistic(tied, count - ranks.sum(below) - 1, ranks);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool low = aggregate[i] < border || (aggregate[i] == border && static_cast<double>(rows[i]) <= last_tied);
        marked[static_cast<std::size_t>(rows[i] - shard.share.first_row)] = low;
    }
    return marked;
}

}  // namespace

Yardstick measure(const pool::Shard& shard, const std::vector<std::size_t>& columns, std::span<const Goal> goals, std::vector<pool::RowState>& state,
                  const Communicator& ranks)
{
    refuse_infinite_targets(shard, columns, ranks);
    std::vector<std::vector<double>> values;
    std::vector<RowId> rows;
    for (std::size_t i = 0; i < state.size(); ++i) {
        auto row = targets_of(shard, columns, i);
        const bool known = std::all_of(row.begin(), row.end(), [](double v) { return std::isfinite(v); });
        if (!known) state[i] = pool::RowState::excluded;
        if (state[i] == pool::RowState::excluded) continue;
        values.push_back(std::move(row));
        rows.push_back(shard.share.first_row + static_cast<RowId>(i));
    }
    Yardstick yardstick;
    yardstick.rows = ranks.sum(static_cast<std::int64_t>(rows.size()));
    if (yardstick.rows < 4) throw Agreed(fmt::format("{}: {} rows have all their targets; a closed pool needs at least 4", shard.info.path, yardstick.rows));
    yardstick.aggregation = aggregation_over(values, goals, ranks);
    std::vector<double> aggregate;
    for (const auto& row : values) aggregate.push_back(yardstick.aggregation.of(row, goals));

    const auto n = static_cast<double>(yardstick.rows);
    const auto success_rank = std::max(static_cast<std::int64_t>(0.99 * n), yardstick.rows - 10);
    yardstick.success = pool::order_statistic(aggregate, success_rank, ranks);
    yardstick.lower_half = lowest_rows(aggregate, rows, static_cast<std::int64_t>(0.5 * n), shard, ranks);
    return yardstick;
}

std::vector<std::int64_t> rows_below(const Yardstick& yardstick, const pool::Shard& shard, const std::vector<std::size_t>& columns, std::span<const Goal> goals,
                                     std::span<const pool::RowState> state, std::span<const double> aggregates, const Communicator& ranks)
{
    std::vector<double> own;
    for (std::size_t i = 0; i < state.size(); ++i) {
        if (state[i] != pool::RowState::excluded) own.push_back(yardstick.aggregation.of(targets_of(shard, columns, i), goals));
    }
    std::sort(own.begin(), own.end());
    std::vector<std::int64_t> below;
    for (const double value : aggregates) below.push_back(std::lower_bound(own.begin(), own.end(), value) - own.begin());
    ranks.sum(below);
    return below;
}

std::int64_t initial_count(std::int64_t asked, std::int64_t rows)
{
    return std::min({asked, rows / 10 + 1, rows / 2});
}

namespace {

std::vector<Answer> look_up(const pool::Shard& shard, const std::vector<std::size_t>& columns, const std::vector<RowId>& rows, const Communicator& ranks)
{
    const auto all = pool::gather_targets(shard, rows, ranks);
    const std::size_t width = shard.info.target_names.size();
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<double> values;
        for (const auto column : columns) values.push_back(all[i * width + column]);
        const bool known = std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
        answers.push_back(known ? Answer(std::move(values)) : Answer());
    }
    return answers;
}

const ProblemRegistration closed_pool{
    "closed-pool", "every label is in the pool's /targets, hidden until asked for", {}, [](const Options&) { return Problem{.look_up = look_up, .reads_targets = true}; }};

const ProblemRegistration ask_tell{
    "ask-tell", "a person answers: sluice ask writes a batch, sluice tell takes the answers", {}, [](const Options&) { return Problem{}; }};

}  // namespace

}  // namespace sluice::problems
