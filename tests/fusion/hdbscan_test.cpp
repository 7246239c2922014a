#include "fusion/clustering/hdbscan.hpp"

#include "fusion/clustering/labels.hpp"
#include "fusion/clustering_golden.hpp"
#include "support/blobs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace sluice::fusion {

namespace {

constexpr std::array<std::array<int, 2>, 3> settings{{{5, 3}, {10, 6}, {20, 12}}};

/// Total length of a minimum spanning tree of the mutual reachability distances, by Kruskal's method on all pairs in float64.
double tree_length(const Rows& rows, int samples)
{
    const auto n = static_cast<std::size_t>(rows.count);
    std::vector<std::vector<double>> distance(n, std::vector<double>(n));
    std::vector<double> core;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            double sum = 0;
            for (std::int64_t c = 0; c < rows.columns; ++c) sum += std::pow(static_cast<double>(rows.row(i)[c]) - static_cast<double>(rows.row(j)[c]), 2);
            distance[i][j] = std::sqrt(sum);
        }
        auto sorted = distance[i];
        std::sort(sorted.begin(), sorted.end());
        core.push_back(sorted[samples]);
    }
    std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < i; ++j) pairs.emplace_back(std::max({core[i], core[j], distance[i][j]}), i, j);
    }
    std::sort(pairs.begin(), pairs.end());
    std::vector<std::size_t> component(n);
    std::iota(component.begin(), component.end(), 0);
    double length = 0;
    for (const auto& [d, i, j] : pairs) {
        const auto a = component[i], b = component[j];
        if (a == b) continue;
        length += d;
        for (auto& c : component) c = c == a ? b : c;
    }
    return length;
}

}  // namespace

TEST(Hdbscan, FindsThePartitionsOfTheHdbscanPackageAndScikitLearn)
{
    for (const auto& [name, rows, found] : test::clustering_golden()) {
        const auto neighbours = nearest_others(rows, 12);
        for (std::size_t s = 0; s < settings.size(); ++s) {
            auto label = hdbscan(rows, neighbours, settings[s][0], settings[s][1]);
            auto expected = found.at("hdbscan")[s].get<std::vector<std::int32_t>>();
            EXPECT_EQ(number_by_first_row(label), number_by_first_row(expected)) << name;
            EXPECT_EQ(label, expected) << name << " " << settings[s][0];
        }
    }
}

TEST(MinimumSpanningTree, IsAsShortAsKruskals)
{
    for (const std::int64_t distinct : {0, 60}) {  // with duplicates as well
        const auto values = test::blob_rows({.rows = 130, .columns = 70, .distinct = distinct});
        const Rows rows(Points{values, 70});
        for (const int samples : {1, 4}) {
            const auto neighbours = nearest_others(rows, samples);
            std::vector<float> core;
            for (std::int64_t i = 0; i < rows.count; ++i) core.push_back(neighbours.squared_at(i, samples - 1));
            double length = 0;
            const auto tree = mutual_reachability_tree(rows, core);
            EXPECT_EQ(tree.size(), 129U);
            for (const auto& edge : tree) length += std::sqrt(static_cast<double>(edge.squared));
            EXPECT_NEAR(length, tree_length(rows, samples), 1e-5 * length);
        }
    }
}

TEST(DensestClusters, KeepsTheNestingOfTheGreaterExcessOfMass)
{
    // Two groups of four rows at distance 1 within; the groups part at 4, a third group at 10 from both. Densities 1, 1/4, 1/10.
    // Each of the two: 4 (1 - 1/4) = 3. What holds both: 8 (1/4 - 1/10) = 1.2 < 6. All three groups are found.
    const auto chain = [](std::int32_t first, float squared) {
        return std::vector<Edge>{{first, first + 1, squared}, {first + 1, first + 2, squared}, {first + 2, first + 3, squared}};
    };
    const auto three_groups = [&](float within, float between) {
        std::vector<Edge> tree;
        for (const std::int32_t first : {0, 4, 8}) {
            const auto group = chain(first, within * within);
            tree.insert(tree.end(), group.begin(), group.end());
        }
        tree.push_back({0, 4, between * between});
        tree.push_back({4, 8, 100});
        auto label = densest_clusters(tree, 4);
        number_by_first_row(label);
        return label;
    };
    EXPECT_EQ(three_groups(1, 4), (std::vector<std::int32_t>{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}));
    // Within 1, between 1.2: 4 (1 - 1/1.2) twice = 1.33; both: 8 (1/1.2 - 1/10) = 5.87. They are one.
    EXPECT_EQ(three_groups(1, 1.2F), (std::vector<std::int32_t>{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}));
}

TEST(DensestClusters, OfRowsThatDoNotSplitAreNoise)
{
    std::vector<Edge> chain;
    for (std::int32_t i = 0; i < 20; ++i) chain.push_back({i, i + 1, 1.0F + static_cast<float>(i)});
    EXPECT_EQ(densest_clusters(chain, 5), std::vector<std::int32_t>(21, noise));
}

TEST(Hdbscan, KeepsDuplicatesTogether)
{
    // Three places, 8 equal rows at each: infinitely dense clusters.
    const auto values = test::blob_rows({.rows = 24, .columns = 5, .distinct = 3});
    const Rows rows(Points{values, 5});
    auto label = hdbscan(rows, nearest_others(rows, 3), 5, 3);
    EXPECT_EQ(number_by_first_row(label), 3);
    for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(label[i], static_cast<std::int32_t>(i % 3));
}

}  // namespace sluice::fusion
