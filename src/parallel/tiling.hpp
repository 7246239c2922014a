#pragma once

#include "parallel/communicator.hpp"

namespace sluice::parallel {

/// A pool of rows cut into tiles of a fixed number of rows, the last one ragged, and dealt to ranks in contiguous blocks.
///
///      tile     0      1      2      3      4      5   6
///            |------|------|------|------|------|------|--|     rows
///      rank     0      0      1      1      2      2    2       of 3
///
/// The tile size belongs to the pool and not to the run: everything that is summed is summed tile by tile. A rank may own no tile.
struct Tiling {
    RowId rows = 0;
    RowId tile_rows = 1;

    RowId tiles() const { return (rows + tile_rows - 1) / tile_rows; }
    RowId first_row(RowId tile) const { return tile * tile_rows; }
    RowId rows_in(RowId tile) const { return std::min(tile_rows, rows - first_row(tile)); }
};

/// The tiles of one rank, and the rows they hold.
struct Share {
    RowId first_tile = 0;
    RowId end_tile = 0;
    RowId first_row = 0;
    RowId end_row = 0;

    RowId tiles() const { return end_tile - first_tile; }
    RowId rows() const { return end_row - first_row; }
    bool owns(RowId row) const { return first_row <= row && row < end_row; }
};

inline Share share_of(const Tiling& tiling, int rank, int size)
{
    Share share;
    share.first_tile = tiling.tiles() * rank / size;
    share.end_tile = tiling.tiles() * (rank + 1) / size;
    share.first_row = std::min(tiling.first_row(share.first_tile), tiling.rows);
    share.end_row = std::min(tiling.first_row(share.end_tile), tiling.rows);
    return share;
}

}  // namespace sluice::parallel

namespace sluice {
using parallel::Share;
using parallel::Tiling;
}  // namespace sluice
