#include "parallel/for_each_tile.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace sluice {

using parallel::for_each_tile;

TEST(ForEachTile, VisitsEveryTileOfAShareOnce)
{
    std::vector<std::atomic<int>> visits(100);
    for_each_tile("test/visit", {10, 90, 0, 0}, [&](RowId tile) { ++visits[static_cast<std::size_t>(tile)]; });
    for (std::size_t tile = 0; tile < visits.size(); ++tile) EXPECT_EQ(visits[tile], tile >= 10 && tile < 90 ? 1 : 0) << tile;
}

TEST(ForEachTile, RethrowsAnExceptionAfterTheOtherTiles)
{
    std::atomic<int> visited = 0;
    try {
        for_each_tile("test/throw", {0, 50, 0, 0}, [&](RowId tile) {
            ++visited;
            if (tile == 7) fail("tile {}", tile);
        });
        FAIL() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "tile 7");
    }
    EXPECT_EQ(visited, 50);
}

TEST(ForEachTile, RethrowsOneOfManyExceptions)
{
    EXPECT_THROW(for_each_tile("test/throw", {0, 20, 0, 0}, [](RowId tile) { fail("tile {}", tile); }), Error);
}

TEST(ForEachTile, DoesNothingForAnEmptyShare)
{
    for_each_tile("test/empty", {5, 5, 0, 0}, [](RowId) { FAIL(); });
}

}  // namespace sluice
