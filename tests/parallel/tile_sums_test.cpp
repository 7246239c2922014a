#include "parallel/tile_sums.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

namespace sluice {

namespace {

/// Numbers whose sum depends on the order: of very different sizes.
std::vector<double> awkward(RowId tiles, std::size_t width)
{
    std::vector<double> values;
    RandomStream random(4, Purpose::random_score, 0, 0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(tiles) * width; ++i) values.push_back(std::ldexp(random.normal(), static_cast<int>(random.below(40))));
    return values;
}

struct Split {
    std::vector<double> sum;
    std::size_t nodes = 0;  ///< of the rank with most of them
};

Split sum_on(int ranks, RowId tiles, std::size_t width)
{
    const Tiling tiling{tiles, 1};
    const auto values = awkward(tiles, width);
    std::vector<Share> shares;
    for (int rank = 0; rank < ranks; ++rank) shares.push_back(share_of(tiling, rank, ranks));
    const parallel::TileTree tree(width, shares);
    std::vector<double> all;
    Split split;
    for (const auto& share : shares) {
        const auto own = std::span(values).subspan(static_cast<std::size_t>(share.first_tile) * width, static_cast<std::size_t>(share.tiles()) * width);
        const auto nodes = tree.nodes_of(share, own, tiles);
        split.nodes = std::max(split.nodes, nodes.size() / width);
        all.insert(all.end(), nodes.begin(), nodes.end());
    }
    split.sum = tree.total(all, tiles);
    return split;
}

}  // namespace

TEST(TileTree, SumsToTheSameBitsOnAnyNumberOfRanks)
{
    for (const RowId tiles : {1, 2, 3, 7, 8, 100, 1953}) {
        const auto expected = sum_on(1, tiles, 3).sum;
        for (const int ranks : {2, 3, 4, 7, 16, 200}) EXPECT_EQ(sum_on(ranks, tiles, 3).sum, expected) << tiles << " tiles on " << ranks;
    }
}

TEST(TileTree, IsTheSum)
{
    const auto values = awkward(1000, 1);
    long double sum = 0, size = 0;
    for (const double v : values) sum += v, size += std::abs(v);
    EXPECT_NEAR(sum_on(5, 1000, 1).sum[0], static_cast<double>(sum), 1e-14 * static_cast<double>(size));
    EXPECT_EQ(sum_on(3, 0, 2).sum, (std::vector<double>{0, 0}));
}

TEST(TileTree, SendsAFewNodesOfARankHoweverManyTilesThereAre)
{
    EXPECT_EQ(sum_on(1, 1 << 16, 1).nodes, 1U);
    for (const int ranks : {2, 3, 7, 100}) EXPECT_LE(sum_on(ranks, 100000, 1).nodes, 2U * 17) << ranks;
}

}  // namespace sluice
