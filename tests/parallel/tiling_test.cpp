#include "parallel/tiling.hpp"

#include <gtest/gtest.h>

namespace sluice {

using parallel::share_of;

TEST(Tiling, CutsARaggedLastTile)
{
    const Tiling tiling{1013, 64};
    EXPECT_EQ(tiling.tiles(), 16);
    EXPECT_EQ(tiling.first_row(15), 960);
    EXPECT_EQ(tiling.rows_in(0), 64);
    EXPECT_EQ(tiling.rows_in(15), 53);
    EXPECT_EQ((Tiling{128, 64}.tiles()), 2);
    EXPECT_EQ((Tiling{128, 64}.rows_in(1)), 64);
    EXPECT_EQ((Tiling{1, 64}.tiles()), 1);
    EXPECT_EQ((Tiling{0, 64}.tiles()), 0);
}

TEST(ShareOf, GivesEveryTileAndEveryRowToOneRank)
{
    for (const auto& tiling : {Tiling{1013, 64}, Tiling{1024, 64}, Tiling{5, 1}, Tiling{1, 2048}, Tiling{0, 8}, Tiling{63, 64}}) {
        for (const int size : {1, 2, 3, 4, 7, 16, 17, 100}) {
            RowId next_tile = 0, next_row = 0;
            for (int rank = 0; rank < size; ++rank) {
                SCOPED_TRACE(fmt::format("{} rows in tiles of {}, rank {} of {}", tiling.rows, tiling.tile_rows, rank, size));
                const auto share = share_of(tiling, rank, size);
                EXPECT_EQ(share.first_tile, next_tile);
                EXPECT_EQ(share.first_row, next_row);
                EXPECT_GE(share.tiles(), 0);
                RowId rows = 0;
                for (RowId tile = share.first_tile; tile < share.end_tile; ++tile) rows += tiling.rows_in(tile);
                EXPECT_EQ(share.rows(), rows);
                next_tile = share.end_tile;
                next_row = share.end_row;
            }
            EXPECT_EQ(next_tile, tiling.tiles());
            EXPECT_EQ(next_row, tiling.rows);
        }
    }
}

TEST(ShareOf, DiffersByAtMostOneTileBetweenRanks)
{
    for (const int size : {2, 3, 7, 30}) {
        RowId fewest = INT64_MAX, most = 0;
        for (int rank = 0; rank < size; ++rank) {
            const auto tiles = share_of({1013, 64}, rank, size).tiles();
            fewest = std::min(fewest, tiles);
            most = std::max(most, tiles);
        }
        EXPECT_LE(most - fewest, 1) << size << " ranks";
    }
}

TEST(ShareOf, OwnsItsRowsOnly)
{
    const auto share = share_of({1013, 64}, 1, 3);
    EXPECT_FALSE(share.owns(share.first_row - 1));
    EXPECT_TRUE(share.owns(share.first_row));
    EXPECT_TRUE(share.owns(share.end_row - 1));
    EXPECT_FALSE(share.owns(share.end_row));
}

TEST(ShareOf, HoldsForMoreRowsThanAnIntCounts)
{
    const Tiling tiling{100'000'000'000, 2048};
    const auto last = share_of(tiling, 1023, 1024);
    EXPECT_EQ(last.end_row, tiling.rows);
    EXPECT_EQ(share_of(tiling, 1022, 1024).end_row, last.first_row);
    EXPECT_GT(last.rows(), 0);
}

}  // namespace sluice
