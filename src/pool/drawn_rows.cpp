#include "pool/drawn_rows.hpp"

#include "pool/order_statistic.hpp"

namespace sluice::pool {

std::vector<RowId> drawn_rows(std::span<const RowState> state, const Share& share, std::int64_t most, std::uint64_t seed, Purpose purpose, std::uint32_t iteration, const Communicator& ranks)
{
    if (most <= 0) return {};
    std::vector<RowId> own;
    std::vector<double> draw;
    for (std::size_t i = 0; i < state.size(); ++i) {
        if (state[i] != RowState::unlabelled) continue;
        own.push_back(share.first_row + static_cast<RowId>(i));
        draw.push_back(RandomStream(seed, purpose, iteration, static_cast<std::uint64_t>(own.back())).uniform());
    }
    if (ranks.sum(static_cast<std::int64_t>(own.size())) > most) {
        const double largest = order_statistic(draw, most - 1, ranks);
        std::size_t i = 0;
        std::erase_if(own, [&](RowId) { return draw[i++] > largest; });
    }
    return ranks.gather(std::span<const RowId>(own));
}

}  // namespace sluice::pool
