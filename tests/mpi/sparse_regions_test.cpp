#include "campaign/testing/sparse_regions.hpp"

#include "campaign/testing/test_error.hpp"
#include "support/draws.hpp"
#include "support/feature_shard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice {

using test::ranks;

namespace {

/// A pool and test points. Features by draws; or small whole numbers, so that most distances tie.
struct Case {
    RowId rows = 333, columns = 3;
    std::int64_t points = 57;
    bool is_tied = false;
    RowId skipped = 7;  ///< every so manieth row is labelled, and counts not

    std::vector<float> drawn(std::uint64_t seed, RowId count) const
    {
        std::vector<float> x;
        for (const double v : test::normals(seed, static_cast<std::size_t>(count * columns))) x.push_back(static_cast<float>(is_tied ? std::floor(v) : v));
        return x;
    }
};

const pool::Scaling scaling{{1, 0, -1}, {2, 1, 0.5}};

std::vector<bool> by_sluice(const Case& c, double share)
{
    const auto shard = test::feature_shard(c.drawn(1, c.rows), c.columns, 32);
    std::vector<pool::RowState> state;
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) state.push_back(row % c.skipped == 0 ? pool::RowState::labelled : pool::RowState::unlabelled);
    const problems::TestSet test{.rows = c.points, .x = c.drawn(2, c.points)};
    return campaign::sparse_test_rows(shard, scaling, state, test, share, ranks());
}

/// Row by row, all distances sorted.
std::vector<bool> by_brute_force(const Case& c, double share)
{
    const auto pool = c.drawn(1, c.rows), points = c.drawn(2, c.points);
    std::vector<std::pair<double, std::int64_t>> farthest_first;
    for (std::int64_t i = 0; i < c.points; ++i) {
        std::vector<double> distances;
        for (RowId row = 0; row < c.rows; ++row) {
            if (row % c.skipped == 0) continue;
            double sum = 0;
            for (RowId k = 0; k < c.columns; ++k) {
                const auto at = static_cast<std::size_t>(k);
                const double difference = (static_cast<double>(points[static_cast<std::size_t>(i * c.columns) + at]) - static_cast<double>(pool[static_cast<std::size_t>(row * c.columns) + at])) *
                                          static_cast<double>(scaling.factor[at]);
                sum += difference * difference;
            }
            distances.push_back(sum);
        }
        std::sort(distances.begin(), distances.end());
        farthest_first.emplace_back(-distances[std::min<std::size_t>(10, distances.size()) - 1], i);
    }
    std::sort(farthest_first.begin(), farthest_first.end());
    std::vector<bool> sparse(static_cast<std::size_t>(c.points), false);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::ceil(share * static_cast<double>(c.points))); ++i) sparse[static_cast<std::size_t>(farthest_first[i].second)] = true;
    return sparse;
}

}  // namespace

TEST(SparseRegions, AreTheTestPointsWhoseTenthNeighbourIsFarthest)
{
    for (const auto& c : {Case{}, Case{.is_tied = true}, Case{.rows = 6, .skipped = 3}, Case{.points = 1}}) {  // 4 rows count, fewer than ten; one test point
        for (const double share : {0.1, 0.5}) EXPECT_EQ(by_sluice(c, share), by_brute_force(c, share)) << c.rows << " rows, " << c.points << " points, share " << share;
    }
}

TEST(SparseRegions, HaveTheirErrorApart)
{
    const auto alone = ranks().split(-1);
    constexpr std::int64_t rows = 300;
    problems::TestSet test{.rows = rows, .x = {}, .y = {}, .is_sparse = std::vector<bool>(rows)};
    double dense = 0, sparse = 0;
    models::Ensemble ensemble{.members = 1};
    ensemble.predict = [](const float*, std::int64_t count, float* out) { std::fill_n(out, count, 0.0F); };
    for (std::int64_t i = 0; i < rows; ++i) {
        test.x.push_back(0);
        test.y.push_back(0.1 * static_cast<double>(i));
        test.is_sparse[static_cast<std::size_t>(i)] = i % 10 == 3;
        (i % 10 == 3 ? sparse : dense) += 0.01 * static_cast<double>(i * i);
    }
    const auto found = campaign::error_figures(ensemble, campaign::raw_targets(1), pool::Scaling::identity(1), test, ranks());
    ASSERT_EQ(found.size(), 3U);
    EXPECT_NEAR(found[0].second, (dense + sparse) / 300, 1e-9);
    EXPECT_EQ(found[1].first, "test_mse_dense");
    EXPECT_NEAR(found[1].second, dense / 270, 1e-9);
    EXPECT_EQ(found[2].first, "test_mse_sparse");
    EXPECT_NEAR(found[2].second, sparse / 30, 1e-9);
    EXPECT_EQ(found, campaign::error_figures(ensemble, campaign::raw_targets(1), pool::Scaling::identity(1), test, alone)) << "the same bits as on one rank";
}

}  // namespace sluice
