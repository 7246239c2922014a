#pragma once

#include "parallel/tile_sums.hpp"
#include "pool/scaled.hpp"
#include "problems/simulator.hpp"

#include <algorithm>

namespace sluice::problems {

/// Some test points that follow one another. Models see as many rows in each tile, so that what they say of a point does not depend on its place.
struct TestTile {
    static constexpr RowId padded_rows = 256;

    RowId first;           ///< point
    RowId rows;            ///< points; the rows of x beyond them are zero before scaling
    std::vector<float> x;  ///< [padded_rows, columns], scaled
};

/// Sums `width` numbers over test points, the same bits for any number of ranks: add(tile, sum) adds a tile's part to `sum` [width]. Collective.
template <typename Add>
std::vector<double> sum_over_test_points(const std::string& label, const TestSet& test, const pool::Scaling& scaling, std::size_t width, const Communicator& ranks, const Add& add)
{
    const Tiling tiling{test.rows, TestTile::padded_rows};
    const auto columns = static_cast<RowId>(scaling.shift.size());
    return parallel::sum_over_tiles(label, tiling, share_of(tiling, ranks.rank(), ranks.size()), width, ranks, [&](RowId number, double* sum) {
        TestTile tile{tiling.first_row(number), tiling.rows_in(number), std::vector<float>(static_cast<std::size_t>(TestTile::padded_rows * columns))};
        std::copy_n(test.x.begin() + tile.first * columns, tile.rows * columns, tile.x.begin());
        tile.x = pool::scaled(std::move(tile.x), scaling);
        add(tile, sum);
    });
}

}  // namespace sluice::problems
