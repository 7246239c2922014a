#include "fusion/clustering/silhouette.hpp"

#include "fusion/clustering_golden.hpp"
#include "support/blobs.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::fusion {

namespace {

double distance(const Rows& rows, std::int64_t i, std::int64_t j)
{
    double sum = 0;
    for (std::int64_t c = 0; c < rows.columns; ++c) sum += std::pow(static_cast<double>(rows.row(i)[c]) - static_cast<double>(rows.row(j)[c]), 2);
    return std::sqrt(sum);
}

/// From the definition, in float64.
double mean_silhouette(const Rows& rows, const std::vector<int>& label, int clusters)
{
    double total = 0;
    int clustered = 0;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        if (label[i] < 0) continue;
        std::vector<double> sum(clusters, 0.0), size(clusters, 0.0);
        for (std::int64_t j = 0; j < rows.count; ++j) {
            if (j == i || label[j] < 0) continue;
            sum[label[j]] += distance(rows, i, j);
            ++size[label[j]];
        }
        ++clustered;
        if (size[label[i]] == 0) continue;
        const double a = sum[label[i]] / size[label[i]];
        double b = INFINITY;
        for (int c = 0; c < clusters; ++c) {
            if (c != label[i] && size[c] > 0) b = std::min(b, sum[c] / size[c]);
        }
        total += (b - a) / std::max(a, b);
    }
    return total / clustered;
}

}  // namespace

TEST(Silhouette, AgreesWithScikitLearn)
{
    for (const auto& [name, rows, found] : test::clustering_golden()) {
        std::vector<std::vector<std::int32_t>> partitions(1);
        for (std::int64_t i = 0; i < rows.count; ++i) partitions[0].push_back(static_cast<std::int32_t>(i % 4));
        partitions.push_back(found.at("mixture").at("start"));
        for (const auto& labels : found.at("hdbscan")) partitions.push_back(labels);
        const std::vector<std::span<const std::int32_t>> views(partitions.begin(), partitions.end());
        const auto means = mean_silhouettes(rows, views);
        const auto expected = found.at("silhouette").get<std::vector<double>>();
        ASSERT_EQ(means.size(), expected.size());
        for (std::size_t p = 0; p < means.size(); ++p) EXPECT_NEAR(means[p], expected[p], 1e-6) << name << " " << p;
    }
}

TEST(Silhouette, OfManyPartitionsAtOnceIsThatOfEach)
{
    const auto values = test::blob_rows({.rows = 203, .columns = 19});
    const Rows rows(Points{values, 19});
    std::vector<std::vector<int>> partitions;
    for (int clusters : {2, 3, 7, 40}) {
        partitions.emplace_back();
        RandomStream random(3, Purpose::random_score, 0, static_cast<std::uint64_t>(clusters));
        for (std::int64_t i = 0; i < rows.count; ++i) partitions.back().push_back(static_cast<int>(random.below(static_cast<std::uint32_t>(clusters) + 1)) - 1);
    }
    const auto means = mean_silhouettes(rows, std::vector<std::span<const std::int32_t>>(partitions.begin(), partitions.end()));
    for (std::size_t p = 0; p < partitions.size(); ++p) EXPECT_NEAR(means[p], mean_silhouette(rows, partitions[p], 40), 1e-6) << p;
}

TEST(Silhouette, OfASingleRowIsZeroAndOfOneClusterMinusOne)
{
    // Two rows at 0, one at 4: silhouettes 1, 1 and, alone in its cluster, 0.
    const std::vector<float> values = {0, 0, 4, 9};
    const Rows rows(Points{values, 1});
    const std::vector<std::int32_t> alone = {0, 0, 1, -1}, one_cluster = {0, 0, 0, -1}, none = {-1, -1, -1, -1}, gap = {0, 0, 5, -1};
    const std::vector<std::span<const std::int32_t>> partitions = {alone, one_cluster, none, gap};
    EXPECT_EQ(mean_silhouettes(rows, partitions), (std::vector<double>{2.0 / 3, -1, -1, 2.0 / 3}));
}

TEST(Silhouette, OfEqualRowsInTwoClustersIsZero)
{
    const std::vector<float> values = {3.7F, 3.7F, 3.7F, 3.7F};
    const std::vector<std::int32_t> halves = {0, 0, 1, 1};
    EXPECT_EQ(mean_silhouettes(Rows(Points{values, 1}), std::vector<std::span<const std::int32_t>>{halves}), std::vector<double>{0});
}

}  // namespace sluice::fusion
