#include "selection/drawn_rows.hpp"

#include "base/random.hpp"
#include "pool/order_statistic.hpp"

namespace sluice::selection {

std::vector<RowId> drawn_rows(const SelectionInput& input, std::int64_t most)
{
    std::vector<RowId> own;
    std::vector<double> draw;
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) continue;
        own.push_back(input.shard.share.first_row + static_cast<RowId>(i));
        draw.push_back(RandomStream(input.seed, Purpose::density_sample, input.iteration, static_cast<std::uint64_t>(own.back())).uniform());
    }
    if (input.ranks.sum(static_cast<std::int64_t>(own.size())) > most) {
        const double largest = pool::order_statistic(draw, most - 1, input.ranks);
        std::size_t i = 0;
        std::erase_if(own, [&](RowId) { return draw[i++] > largest; });
    }
    return input.ranks.gather(std::span<const RowId>(own));
}

}  // namespace sluice::selection
