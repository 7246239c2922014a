#include "fusion/clustering/clustering.hpp"

#include "fusion/clustering/labels.hpp"
#include "support/blobs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace sluice::fusion {

namespace {

constexpr ClusteringMethods k_means{true, false, false, false}, mixture{false, true, false, false}, hdbscan{false, false, true, false},
    leiden{false, false, false, true}, all_methods{true, true, true, true};
constexpr std::array each_method{k_means, mixture, hdbscan, leiden};
constexpr ClusteringKey key{5, 2, 1};

Clustering cluster_rows(const std::vector<float>& values, std::int64_t columns, const ClusteringMethods& methods = {})
{
    return cluster({values, columns}, methods, 10, default_most_scored, key);
}

std::vector<std::int32_t> cycle(std::size_t rows, std::int32_t length)
{
    std::vector<std::int32_t> label;
    for (std::size_t i = 0; i < rows; ++i) label.push_back(static_cast<std::int32_t>(i) % length);
    return label;
}

}  // namespace

TEST(Clustering, OfFewerThanTwoDistinctRowsIsNoise)
{
    for (const std::size_t rows : {0, 1, 2, 7, 60}) {
        const auto found = cluster_rows(std::vector<float>(3 * rows, 0.1F), 3, all_methods);
        EXPECT_EQ(found.label, std::vector<std::int32_t>(rows, noise));
        EXPECT_EQ(found.clusters, 0);
        EXPECT_EQ(found.method, "none");
        EXPECT_EQ(found.silhouette, -1);
    }
}

TEST(Clustering, OfTooFewRowsForAnyMethodIsNoise)
{
    EXPECT_EQ(cluster_rows({1, 2, 3}, 1, all_methods).label, std::vector<std::int32_t>(3, noise));
    EXPECT_EQ(cluster_rows({1, 2, 3, 4, 5}, 1, k_means).method, "none") << "k-means needs more rows than clusters";
    EXPECT_EQ(cluster_rows({1, 2, 3, 4, 5, 6}, 1, k_means).method, "k-means, 5 clusters");
}

TEST(Clustering, WorksWithTwoDistinctRowsAndFewRowsOfManyColumns)
{
    for (const auto& methods : each_method) {
        auto values = test::blob_rows({.rows = 40, .columns = 90, .distinct = 2});
        const auto two = cluster_rows(values, 90, methods);
        for (std::size_t i = 2; i < 40; ++i) EXPECT_EQ(two.label[i], two.label[i % 2]);
        const auto few = cluster_rows(test::blob_rows({.rows = 7, .columns = 300}), 300, methods);
        EXPECT_EQ(few.label.size(), 7U);
    }
}

TEST(Clustering, FindsBlobsWithAnyMethod)
{
    // Ten blobs of twenty rows: no cluster is large enough for refinement.
    const auto values = test::blob_rows({.rows = 200, .columns = 12, .blobs = 10, .apart = 12});
    for (const auto& methods : each_method) {
        const auto found = cluster_rows(values, 12, methods);
        EXPECT_EQ(found.label, cycle(200, 10)) << found.method;
        EXPECT_EQ(found.clusters, 10);
        EXPECT_GT(found.silhouette, 0.8);
    }
}

TEST(Clustering, KeepsThePartitionOfTheLargestSilhouette)
{
    for (const double apart : {0.0, 0.7, 2.0}) {
        const auto values = test::blob_rows({.rows = 90, .columns = 4, .apart = apart});
        double largest = -1;
        for (const auto& methods : each_method) largest = std::max(largest, cluster_rows(values, 4, methods).silhouette);
        EXPECT_EQ(cluster_rows(values, 4, all_methods).silhouette, largest) << apart;
    }
}

TEST(Clustering, GoesToKMeansBeforeMixturesOfTheSameSilhouette)
{
    const auto values = test::blob_rows({.rows = 45, .columns = 6, .blobs = 5, .apart = 15});
    EXPECT_EQ(cluster_rows(values, 6, all_methods).method, "k-means, 5 clusters");
    EXPECT_EQ(cluster_rows(values, 6, {false, true, true, true}).method, "Gaussian mixture, 5 components");
    EXPECT_EQ(cluster_rows(values, 6, {false, false, true, true}).method, "HDBSCAN, cluster size 5, samples 3");
}

TEST(Clustering, DoesNotDependOnConstantColumns)
{
    const auto values = test::blob_rows({.rows = 80, .columns = 5});
    std::vector<float> wider;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i % 5 == 2) wider.push_back(17.3F);
        wider.push_back(values[i]);
    }
    for (const auto& methods : each_method) EXPECT_EQ(cluster_rows(wider, 6, methods).label, cluster_rows(values, 5, methods).label);
}

TEST(Clustering, CallsClustersOfFewerThanThreeRowsNoise)
{
    // Three blobs of seven rows and two pairs: k-means with five clusters finds all five, and the pairs are dropped.
    auto values = test::blob_rows({.rows = 21, .columns = 3, .blobs = 3, .apart = 10});
    for (const float far : {200.0F, 400.0F}) values.insert(values.end(), {far, far, 0, far, far, 1});
    const auto found = cluster_rows(values, 3, k_means);
    EXPECT_EQ(found.method, "k-means, 5 clusters");
    auto expected = cycle(21, 3);
    expected.resize(25, noise);
    EXPECT_EQ(found.label, expected);
    EXPECT_EQ(found.clusters, 3);
}

TEST(Clustering, RefinesLargeClustersOnce)
{
    // Five far groups of 60 rows, each of three blobs. Five clusters have the best silhouette; each is then parted in three.
    const auto groups = [](std::int64_t rows) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < rows; ++i) {
            RandomStream random(1, Purpose::random_score, 0, static_cast<std::uint64_t>(i));
            for (std::int64_t c = 0; c < 5; ++c) {
                const double group = i % 5 == c ? 1000 : 0, blob = i / 5 % 3 == c ? 30 : 0;
                values.push_back(static_cast<float>(group + blob + random.normal()));
            }
        }
        return values;
    };
    const auto large = groups(300);
    const auto first = compete(Rows(Points{large, 5}), k_means, default_most_scored, key, {10, 3, 0});
    EXPECT_EQ(first.label, cycle(300, 5));
    const auto refined = cluster_rows(large, 5, k_means);
    EXPECT_EQ(refined.label, cycle(300, 15));
    EXPECT_EQ(refined.clusters, 15);
    EXPECT_EQ(refined.method, first.method);
    // 49 rows in a group are too few.
    EXPECT_EQ(cluster_rows(groups(245), 5, k_means).clusters, 5);
}

TEST(Clustering, OnASampleIsExtendedToAllRows)
{
    const auto values = test::blob_rows({.rows = 900, .columns = 10, .blobs = 10, .apart = 12});
    for (const auto& methods : each_method) {
        const auto found = compete(Rows(Points{values, 10}), methods, 250, key, {10, 3, 0});
        EXPECT_EQ(found.label, cycle(900, 10)) << found.method;
    }
}

TEST(Clustering, DependsOnItsKeyAlone)
{
    const auto values = test::blob_rows({.rows = 600, .columns = 8, .apart = 0.5});
    const Points points{values, 8};
    const auto with = [&](const ClusteringKey& k, std::int64_t most_scored) { return cluster(points, k_means, 10, most_scored, k).label; };
    for (const std::int64_t most_scored : {200, 4096}) {
        EXPECT_EQ(with(key, most_scored), with(key, most_scored));
        for (const ClusteringKey& other : {ClusteringKey{6, 2, 1}, ClusteringKey{5, 3, 1}, ClusteringKey{5, 2, 2}}) {
            EXPECT_NE(with(key, most_scored), with(other, most_scored));
        }
    }
}

TEST(Clustering, TriesTheNumbersOfClustersOfTheBatch)
{
    // Only k-means, on rows without structure: the winner is one of the grid.
    const auto values = test::blob_rows({.rows = 45, .columns = 2, .blobs = 1});
    const auto method = [&](int batch) { return cluster({values, 2}, k_means, batch, default_most_scored, key).method; };
    const auto one_of = [](const std::vector<int>& counts) {
        std::vector<std::string> names;
        for (const int k : counts) names.push_back("k-means, " + std::to_string(k) + " clusters");
        return names;
    };
    const std::map<int, std::vector<int>> grids = {{1, {3, 6, 9, 12}}, {7, {3, 7, 10, 14}}, {10, {5, 10, 15, 20}}, {20, {10, 20, 30, 40}}};
    for (const auto& [batch, counts] : grids) {
        const auto names = one_of(counts);
        EXPECT_NE(std::find(names.begin(), names.end(), method(batch)), names.end()) << batch << " " << method(batch);
    }
}

}  // namespace sluice::fusion
