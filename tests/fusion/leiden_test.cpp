#include "fusion/clustering/leiden.hpp"

#include "fusion/clustering_golden.hpp"
#include "support/blobs.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace sluice::fusion {

namespace {

RandomStream stream(std::uint64_t index)
{
    return RandomStream(2, Purpose::cluster_start, 0, index);
}

/// Quality of a partition, from its definition.
double quality_of(const Neighbours& neighbours, int k, double resolution, const std::vector<std::int32_t>& label)
{
    std::map<std::pair<std::int32_t, std::int32_t>, double> weight;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(label.size()); ++i) {
        for (int rank = 0; rank < k; ++rank) {
            const auto j = neighbours.row_at(i, rank);
            if (neighbours.squared_at(i, rank) > 0) weight[{i, j}] = weight[{j, i}] = 1 / static_cast<double>(neighbours.squared_at(i, rank));
        }
    }
    std::vector<double> strength(label.size(), 0.0);
    double total = 0;
    for (const auto& [pair, w] : weight) {
        strength[pair.first] += w;
        total += w;
    }
    double quality = 0;
    for (const auto& [pair, w] : weight) quality += label[pair.first] == label[pair.second] ? w : 0;
    for (std::size_t i = 0; i < label.size(); ++i) {
        for (std::size_t j = 0; j < label.size(); ++j) quality -= label[i] == label[j] ? resolution * strength[i] * strength[j] / total : 0;
    }
    return quality / total;
}

}  // namespace

TEST(Leiden, IsAsGoodAsLeidenalg)
{
    constexpr std::array<int, 3> neighbours_of{5, 10, 15};
    constexpr std::array<double, 3> resolution_of{0.5, 1.0, 1.5};
    for (const auto& [name, rows, found] : test::clustering_golden()) {
        const auto neighbours = nearest_others(rows, 15);
        for (std::size_t s = 0; s < 3; ++s) {
            const auto communities = leiden(neighbours, neighbours_of[s], resolution_of[s], stream(s));
            EXPECT_NEAR(communities.quality, quality_of(neighbours, neighbours_of[s], resolution_of[s], communities.label), 1e-9) << name;
            const double expected = found.at("leiden")[s];
            EXPECT_NEAR(communities.quality, expected, 0.01 * expected) << name << " " << s;
        }
    }
}

TEST(Leiden, DependsOnItsRandomNumbersAlone)
{
    const auto values = test::blob_rows({.rows = 400, .columns = 6, .apart = 0.3});
    const Rows rows(Points{values, 6});
    const auto neighbours = nearest_others(rows, 10);
    const auto first = leiden(neighbours, 10, 1.0, stream(3));
    std::set<std::vector<std::int32_t>> others;
    for (std::uint64_t index = 4; index < 14; ++index) others.insert(leiden(neighbours, 10, 1.0, stream(index)).label);
    EXPECT_EQ(leiden(neighbours, 10, 1.0, stream(3)).label, first.label);
    EXPECT_GT(others.size(), 1U);
}

TEST(Leiden, JoinsNobodyWhereAllRowsAreEqual)
{
    const std::vector<float> values(12, 2.5F);
    EXPECT_EQ(leiden(nearest_others(Rows(Points{values, 2}), 5), 5, 0.5, stream(0)).label, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5}));
}

}  // namespace sluice::fusion
