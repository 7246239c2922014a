#include "fusion/clustering/k_means.hpp"

#include "fusion/clustering/k_means_start.hpp"
#include "fusion/clustering_golden.hpp"
#include "support/blobs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace sluice::fusion {

namespace {

RandomStream start(std::uint64_t index)
{
    return RandomStream(11, Purpose::cluster_start, 0, index);
}

/// Of the best of 10 starts, over 20 repetitions.
double mean_inertia(const Rows& rows, int k)
{
    double sum = 0;
    for (std::uint64_t repetition = 0; repetition < 20; ++repetition) {
        double least = INFINITY;
        for (std::uint64_t s = 0; s < 10; ++s) least = std::min(least, k_means(rows, k, start(10 * repetition + s)).inertia);
        sum += least / 20;
    }
    return sum;
}

}  // namespace

TEST(KMeans, IsAsTightAsThatOfScikitLearn)
{
    for (const auto& [name, rows, found] : test::clustering_golden()) {
        for (const auto& [k, inertia] : found.at("k_means").items()) {
            EXPECT_LE(mean_inertia(rows, std::stoi(k)), 1.01 * inertia.get<double>()) << name << " " << k;
        }
    }
}

TEST(KMeans, IsAtRest)
{
    // Every row is nearest to its own centroid, and every centroid is the mean of its rows: the bounds have not hidden a change.
    const auto values = test::blob_rows({.rows = 400, .columns = 21, .blobs = 9, .apart = 0.7});
    const Rows rows(Points{values, 21});
    for (const int k : {2, 5, 20}) {
        const auto found = k_means(rows, k, start(0));
        const auto again = nearest_centroid(rows, found.centroids);
        int differing = 0;
        for (std::size_t i = 0; i < again.size(); ++i) differing += again[i] != found.label[i] ? 1 : 0;
        EXPECT_EQ(differing, 0) << k;
        for (int c = 0; c < k; ++c) {
            for (std::int64_t column = 0; column < rows.columns; ++column) {
                double mean = 0, size = 0;
                for (std::int64_t i = 0; i < rows.count; ++i) {
                    if (found.label[i] != c) continue;
                    mean += static_cast<double>(rows.row(i)[column]);
                    ++size;
                }
                EXPECT_NEAR(found.centroids.row(c)[column], mean / size, 0.02) << k;
            }
        }
    }
}

TEST(KMeans, FindsWellSeparatedBlobsFromOneStart)
{
    const auto values = test::blob_rows({.rows = 300, .columns = 8, .blobs = 6, .apart = 20});
    const auto found = k_means(Rows(Points{values, 8}), 6, start(3));
    for (std::size_t i = 6; i < 300; ++i) EXPECT_EQ(found.label[i], found.label[i % 6]);
    EXPECT_EQ(std::set(found.label.begin(), found.label.end()).size(), 6U);
}

TEST(KMeans, HasNoMoreClustersThanDistinctRows)
{
    const auto values = test::blob_rows({.rows = 50, .columns = 3, .distinct = 7});
    const auto found = k_means(Rows(Points{values, 3}), 20, start(0));
    EXPECT_EQ(found.centroids.count, 7);
    EXPECT_EQ(found.inertia, 0);
    for (std::size_t i = 7; i < 50; ++i) EXPECT_EQ(found.label[i], found.label[i % 7]);
}

TEST(KMeansStart, PrefersDistantRows)
{
    // One row far from 99 others: it is missed by a uniform draw of 2 in 98 of 100 cases, and not by this one.
    std::vector<float> values(100);
    for (std::size_t i = 0; i < 99; ++i) values[i] = 0.001F * static_cast<float>(i);
    values[99] = 1000;
    const Rows rows(Points{values, 1});
    int missed = 0;
    for (std::uint64_t s = 0; s < 100; ++s) {
        auto random = start(s);
        const auto chosen = k_means_start(rows, 2, random);
        missed += chosen[0] != 99 && chosen[1] != 99 ? 1 : 0;
    }
    EXPECT_EQ(missed, 0);
}

}  // namespace sluice::fusion
