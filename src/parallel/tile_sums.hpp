#pragma once

#include "parallel/for_each_tile.hpp"

#include <vector>

namespace sluice::parallel {

/// Sums `width` numbers over the rows of a pool, the same bits for any number of ranks and threads: work(tile, partial) adds a tile's part to `partial`
/// [width], which begins at zero; parts are added in tile order. Collective; sends width doubles per tile.
template <typename Work>
std::vector<double> sum_over_tiles(const std::string& label, const Tiling& tiling, const Share& share, std::size_t width, const Communicator& ranks, const Work& work)
{
    std::vector<double> own(static_cast<std::size_t>(share.tiles()) * width, 0.0);
    together(ranks, [&] {
        for_each_tile(label, share, [&](RowId tile) { work(tile, own.data() + static_cast<std::size_t>(tile - share.first_tile) * width); });
    });
    const auto all = ranks.gather(std::span<const double>(own));
    std::vector<double> total(width, 0.0);
    for (std::size_t tile = 0; tile < static_cast<std::size_t>(tiling.tiles()); ++tile) {
        for (std::size_t i = 0; i < width; ++i) total[i] += all[tile * width + i];
    }
    return total;
}

}  // namespace sluice::parallel
