#include "parallel/tile_sums.hpp"

#include "parallel/for_each_tile.hpp"

#include <bit>

namespace sluice::parallel {

namespace {

RowId middle(RowId first, RowId end)
{
    return first + static_cast<RowId>(std::bit_ceil(static_cast<std::uint64_t>(end - first)) / 2);
}

void add(std::vector<double>& sum, const std::vector<double>& other)
{
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
}

}  // namespace

std::vector<double> TileTree::nodes_of(const Share& share, std::span<const double> own, RowId tiles) const
{
    std::vector<double> nodes;
    collect(0, tiles, share, own, nodes);
    return nodes;
}

std::vector<double> TileTree::total(std::span<const double> nodes, RowId tiles) const
{
    return tiles == 0 ? std::vector<double>(width_, 0.0) : assemble(0, tiles, nodes);
}

void TileTree::collect(RowId first, RowId end, const Share& share, std::span<const double> own, std::vector<double>& nodes) const
{
    if (first >= end || end <= share.first_tile || share.end_tile <= first) return;
    if (share.first_tile <= first && end <= share.end_tile) {
        const auto sum = sum_of(first, end, share, own);
        nodes.insert(nodes.end(), sum.begin(), sum.end());
        return;
    }
    collect(first, middle(first, end), share, own, nodes);
    collect(middle(first, end), end, share, own, nodes);
}

std::vector<double> TileTree::sum_of(RowId first, RowId end, const Share& share, std::span<const double> own) const
{
    if (end - first == 1) {
        const auto tile = own.subspan(static_cast<std::size_t>(first - share.first_tile) * width_, width_);
        return {tile.begin(), tile.end()};
    }
    auto sum = sum_of(first, middle(first, end), share, own);
    add(sum, sum_of(middle(first, end), end, share, own));
    return sum;
}

std::vector<double> TileTree::assemble(RowId first, RowId end, std::span<const double>& nodes) const
{
    for (const auto& share : shares_) {
        if (share.first_tile > first || end > share.end_tile) continue;
        const auto node = nodes.first(width_);
        nodes = nodes.subspan(width_);
        return {node.begin(), node.end()};
    }
    auto sum = assemble(first, middle(first, end), nodes);
    add(sum, assemble(middle(first, end), end, nodes));
    return sum;
}

std::vector<double> sum_over_tiles(const std::string& label, const Tiling& tiling, const Share& share, std::size_t width, const Communicator& ranks,
                                   const std::function<void(RowId tile, double* partial)>& work)
{
    std::vector<double> own(static_cast<std::size_t>(share.tiles()) * width, 0.0);
    together(ranks, [&] {
        for_each_tile(label, share, [&](RowId tile) { work(tile, own.data() + static_cast<std::size_t>(tile - share.first_tile) * width); });
    });
    const auto shares = ranks.gather(std::span<const Share>(&share, 1));
    const TileTree tree(width, shares);
    const auto nodes = ranks.gather(std::span<const double>(tree.nodes_of(share, own, tiling.tiles())));
    return tree.total(nodes, tiling.tiles());
}

}  // namespace sluice::parallel
