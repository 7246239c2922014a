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

TEST(Leiden, EndsWhereIgraphAloneWouldNot)
{
    // Squared distances between 20 molecules, (0, 1), (0, 2), ... (18, 19). Told to iterate until no row moves, igraph 0.10.2 never returns from these.
    constexpr std::array squared = {
        3364, 2597, 2468, 2620, 2787, 3410, 2329, 2418, 2390, 2999, 2649, 2649, 3092, 2612, 3317, 2510, 3160, 2966, 3233, 2360, 2398, 2440, 2368, 3349, 2106,
        2178, 2717, 2835, 2481, 2331, 2668, 2483, 3091, 2286, 2954, 2765, 2812, 1615, 1594, 1831, 2579, 1264, 1426, 1908, 2147, 1736, 1638, 1991, 1700, 2317,
        1568, 2151, 1931, 2240, 1547, 1817, 2635, 1193, 1438, 1890, 2060, 1676, 1753, 2094, 1605, 2325, 1599, 2178, 1985, 2227, 1848, 2655, 1312, 1284, 1922,
        2108, 1761, 1734, 2124, 1711, 2298, 1640, 2177, 2005, 2223, 2701, 1554, 1647, 2115, 2343, 1836, 1960, 2338, 1731, 2409, 1796, 2339, 2204, 2476, 2127,
        2201, 2977, 3148, 2603, 2708, 3075, 2639, 3299, 2532, 3127, 2940, 3084, 1161, 1677, 1874, 1335, 1470, 1742, 1437, 2040, 1366, 1542, 1629, 1860, 1771,
        1950, 1587, 1588, 1958, 1566, 2158, 1454, 2021, 1830, 2032, 2470, 1946, 2077, 2002, 2054, 2633, 1918, 2508, 2327, 2599, 2181, 2296, 2584, 2187, 2829,
        2052, 2690, 2518, 2734, 1877, 2219, 1835, 2436, 1702, 2281, 2121, 2388, 2212, 1801, 2476, 1736, 1957, 1517, 2380, 2178, 2823, 2095, 2565, 2446, 2184,
        2387, 1707, 2236, 2014, 2263, 2299, 2825, 2654, 2968, 2165, 1984, 2305, 2124, 2482, 2594};
    constexpr std::int32_t rows = 20, k = 15;
    Neighbours neighbours{.k = k, .row = {}, .squared = {}};
    for (std::int32_t i = 0; i < rows; ++i) {
        std::vector<std::pair<int, std::int32_t>> others;
        for (std::int32_t j = 0; j < rows; ++j) {
            const auto low = std::min(i, j), high = std::max(i, j);
            if (low < high) others.emplace_back(squared[static_cast<std::size_t>(low * (2 * rows - low - 1) / 2 + high - low - 1)], j);
        }
        std::sort(others.begin(), others.end());
        for (std::size_t rank = 0; rank < k; ++rank) {
            neighbours.row.push_back(others[rank].second);
            neighbours.squared.push_back(static_cast<float>(others[rank].first));
        }
    }
    for (std::uint64_t run = 0; run < 20; ++run) {
        const auto communities = leiden(neighbours, k, 1.5, stream(run));
        EXPECT_NEAR(communities.quality, quality_of(neighbours, k, 1.5, communities.label), 1e-9);
    }
}

}  // namespace sluice::fusion
