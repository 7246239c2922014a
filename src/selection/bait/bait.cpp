#include "selection/bait/bait.hpp"

#include "selection/bait/picks.hpp"
#include "selection/bait/start.hpp"

#include <cmath>

namespace sluice::selection {

namespace {

/// The unlabelled rows of all ranks. Error if one cannot be used.
std::int64_t count_pool(const BaitInput& input)
{
    std::int64_t own = 0;
    together(input.ranks, [&] {
        FactoredBlock block;
        for_each_block(0, input.share.rows(), [&](std::int64_t first, std::int64_t count) {
            block.load(input.rows, input.state, first, count);
            for (std::int64_t i = 0; i < count; ++i) {
                if (input.state[static_cast<std::size_t>(first + i)] != pool::RowState::unlabelled) continue;
                const RowId row = input.share.first_row + first + i;
                if (!std::isfinite(block.square(i))) fail("BAIT: the features of row {} are not finite numbers; the model has diverged", row);
                ++own;
            }
        });
    });
    return input.ranks.sum(own);
}

}  // namespace

BaitBatch bait(const BaitInput& input)
{
    const auto pool_rows = count_pool(input), kept = std::min(input.count, pool_rows);
    if (kept <= 0) return {};
    const auto most = std::min(2 * input.count, pool_rows);
    const bool is_short = input.rows.length() <= longest_for_matrices;
    const auto picks = is_short ? pick_short_rows(input, pool_rows, most) : pick_long_rows(input, pool_rows, most);
    BaitBatch batch;
    for (const auto& pick : picks) batch.picked.push_back(pick.ranked);
    batch.removed = remove_least_useful(picks, static_cast<std::size_t>(kept));
    for (const auto& pick : batch.picked) {
        const bool is_removed = std::any_of(batch.removed.begin(), batch.removed.end(), [&](const Ranked& removed) { return removed.row == pick.row; });
        if (!is_removed) batch.rows.push_back(pick.row);
    }
    return batch;
}

}  // namespace sluice::selection
