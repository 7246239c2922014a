#include "pool/drawn_rows.hpp"

#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace sluice {

namespace {

using test::ranks;

constexpr RowId pool_rows = 1000;

/// Rows drawn from a pool of which every seventh row is labelled already.
std::vector<RowId> drawn(std::int64_t most, std::uint64_t seed, std::uint32_t iteration)
{
    const auto share = share_of(Tiling{pool_rows, 64}, ranks().rank(), ranks().size());
    std::vector<pool::RowState> state;
    for (RowId row = share.first_row; row < share.end_row; ++row) state.push_back(row % 7 == 0 ? pool::RowState::labelled : pool::RowState::unlabelled);
    return pool::drawn_rows(state, share, most, seed, Purpose::exploration, iteration, ranks());
}

/// The same by the definition, on one rank.
std::vector<RowId> smallest_numbers(std::size_t most, std::uint64_t seed, std::uint32_t iteration)
{
    std::vector<RowId> rows;
    for (RowId row = 0; row < pool_rows; ++row) {
        if (row % 7 != 0) rows.push_back(row);
    }
    const auto number = [&](RowId row) { return RandomStream(seed, Purpose::exploration, iteration, static_cast<std::uint64_t>(row)).uniform(); };
    std::sort(rows.begin(), rows.end(), [&](RowId a, RowId b) { return number(a) < number(b); });
    rows.resize(std::min(rows.size(), most));
    std::sort(rows.begin(), rows.end());
    return rows;
}

}  // namespace

TEST(DrawnRows, HaveTheSmallestNumbersOfAllRanks)
{
    for (const std::int64_t most : {1, 3, 100, 857, 2000}) EXPECT_EQ(drawn(most, 5, 2), smallest_numbers(static_cast<std::size_t>(most), 5, 2)) << most;
    EXPECT_TRUE(drawn(0, 5, 2).empty());
    EXPECT_NE(drawn(10, 5, 2), drawn(10, 5, 3));
    EXPECT_NE(drawn(10, 5, 2), drawn(10, 6, 2));
}

}  // namespace sluice
