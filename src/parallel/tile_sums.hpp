#pragma once

#include "parallel/tiling.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sluice::parallel {

/// Tiles are summed by a binary tree that belongs to the pool and not to the run: the left part of a node has the largest power of two of tiles that is
/// smaller than the node's. A rank sums the largest nodes that lie within its tiles, of which there are at most two per level, and only these are sent.
///
///      tile   0   1   2   3   4   5   6
///             +---+   +---+   +---+   |
///             +-------+       +-------+
///             +---------------+
class TileTree {
public:
    TileTree(std::size_t width, std::span<const Share> shares) : width_(width), shares_(shares) {}

    /// Sums of this rank's nodes, left to right. \param own  [tiles of the share, width]
    std::vector<double> nodes_of(const Share& share, std::span<const double> own, RowId tiles) const;
    /// The sum over all tiles from all ranks' nodes, left to right.
    std::vector<double> total(std::span<const double> nodes, RowId tiles) const;

private:
    void collect(RowId first, RowId end, const Share& share, std::span<const double> own, std::vector<double>& nodes) const;
    std::vector<double> sum_of(RowId first, RowId end, const Share& share, std::span<const double> own) const;
    std::vector<double> assemble(RowId first, RowId end, std::span<const double>& nodes) const;

    std::size_t width_;
    std::span<const Share> shares_;
};

/// Sums `width` numbers over the rows of a pool, the same bits for any number of ranks and threads: work(tile, partial) adds a tile's part to `partial`
/// [width], which begins at zero; parts are added as TileTree says. Collective; a rank sends some multiples of log2(tiles) x width numbers.
std::vector<double> sum_over_tiles(const std::string& label, const Tiling& tiling, const Share& share, std::size_t width, const Communicator& ranks,
                                   const std::function<void(RowId tile, double* partial)>& work);

}  // namespace sluice::parallel
