#include "campaign/testing/test_rows.hpp"

#include "campaign/candidates/initial_rows.hpp"
#include "problems/simulated_pool.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

problems::TestSet set_test_rows_aside(const pool::Shard& shard, const std::vector<std::size_t>& columns, std::int64_t count, std::uint64_t seed,
                                      std::vector<pool::RowState>& state, const Communicator& ranks)
{
    const auto width = shard.info.target_names.size();
    std::vector<bool> eligible;
    for (std::size_t i = 0; i < state.size(); ++i) {
        const bool known = std::all_of(columns.begin(), columns.end(), [&](std::size_t column) { return std::isfinite(shard.targets[i * width + column]); });
        eligible.push_back(known && state[i] == pool::RowState::unlabelled);
    }
    constexpr std::int64_t fewest_left = 4;
    const auto usable = ranks.sum(std::count(eligible.begin(), eligible.end(), true));
    if (usable < count + fewest_left) {
        throw Agreed(fmt::format("{}: {} rows have all features and targets; [pool] test = {} leaves fewer than {} to ask for", shard.info.path, usable, count, fewest_left));
    }
    const auto rows = draw_rows(eligible, count, {seed, Purpose::test_rows}, shard.share, ranks);
    for (const RowId row : rows) {
        if (shard.share.owns(row)) state[static_cast<std::size_t>(row - shard.share.first_row)] = pool::RowState::excluded;
    }
    return {.rows = count,
            .x = pool::gather_rows(shard, pool::Scaling::identity(shard.info.columns), rows, ranks),
            .y = problems::columns_of(pool::gather_targets(shard, rows, ranks), width, columns)};
}

}  // namespace sluice::campaign
