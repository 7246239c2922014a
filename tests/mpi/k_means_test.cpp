#include "selection/clusters/k_means.hpp"

#include "parallel/fixed_point.hpp"
#include "pool/drawn_rows.hpp"
#include "selection/clusters/nearest_centroids.hpp"
#include "selection/squared_distance.hpp"
#include "support/draws.hpp"
#include "support/feature_shard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// Lloyd's k-means with bounds against the same without: every row compared with every centroid, to the last bit, where rows tie, repeat, or differ by rounding alone.
namespace sluice {

namespace {

using pool::RowState;
using selection::NearestCentroids;

struct Case {
    std::string name;
    RowId rows = 501, columns = 4, tile_rows = 32;
    std::int64_t count = 10;
    int distinct = 0;        ///< > 0: small whole numbers
    int blobs = 0;           ///< > 0: so many clusters, far apart
    double offset = 0, scale = 1;
    std::uint64_t seed = 1;

    std::vector<float> features() const
    {
        const auto middles = test::normals(seed + 77, static_cast<std::size_t>(std::max(blobs, 1) * columns));
        const auto draws = test::normals(seed, static_cast<std::size_t>(rows * columns));
        std::vector<float> x;
        for (std::size_t i = 0; i < draws.size(); ++i) {
            const auto row = i / static_cast<std::size_t>(columns), column = i % static_cast<std::size_t>(columns);
            const double middle = blobs > 0 ? 10 * middles[row % static_cast<std::size_t>(blobs) * static_cast<std::size_t>(columns) + column] : 0;
            x.push_back(static_cast<float>(distinct > 0 ? static_cast<int>(std::abs(10 * draws[i])) % distinct : offset + scale * (middle + draws[i])));
        }
        return x;
    }
    bool is_free(RowId row) const { return row % 19 != 5; }
};

const std::vector<Case> cases = {
    {.name = "normal"},
    {.name = "many clusters of few rows", .columns = 9, .count = 120},
    {.name = "one cluster", .count = 1},
    {.name = "panels that are full", .count = 32},
    {.name = "columns beyond a vector", .rows = 300, .columns = 37, .count = 40},
    {.name = "ties", .columns = 3, .count = 17, .distinct = 3},
    {.name = "few distinct rows, clusters without rows", .columns = 2, .count = 60, .distinct = 2},
    {.name = "all rows equal", .rows = 40, .count = 18, .distinct = 1},
    {.name = "blobs", .rows = 900, .columns = 6, .count = 50, .blobs = 12},
    {.name = "rounding decides", .columns = 5, .count = 40, .offset = 3000, .scale = 1e-3},
    {.name = "next to nothing", .columns = 5, .count = 20, .scale = 1e-21},
    {.name = "large", .columns = 5, .count = 20, .scale = 1e17},
    {.name = "fewer rows than ranks may be", .rows = 3, .tile_rows = 1, .count = 2},
    {.name = "all rows wanted", .rows = 30, .tile_rows = 7, .count = 100},
};

struct Pool {
    explicit Pool(const Case& c) : shard(test::feature_shard(c.features(), c.columns, c.tile_rows)), scaling(pool::Scaling::identity(c.columns))
    {
        for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) state.push_back(c.is_free(row) ? RowState::unlabelled : RowState::excluded);
    }
    pool::Shard shard;
    pool::Scaling scaling;
    std::vector<RowState> state;
};

std::uint32_t nearest_by_brute_force(const float* x, const std::vector<float>& centroids, std::size_t columns)
{
    std::uint32_t nearest = 0;
    float least = INFINITY;
    for (std::size_t k = 0; k * columns < centroids.size(); ++k) {
        const float distance = selection::squared_distance(x, centroids.data() + k * columns, columns);
        if (distance < least) least = distance, nearest = static_cast<std::uint32_t>(k);
    }
    return nearest;
}

/// Every rank has all rows, and computes all.
std::vector<RowId> by_brute_force(const Case& c, const std::vector<RowId>& starts, std::int64_t passes)
{
    const auto x = c.features();
    const auto columns = static_cast<std::size_t>(c.columns);
    const auto row_of = [&](RowId row) { return x.data() + static_cast<std::size_t>(row) * columns; };
    std::vector<float> centroids;
    for (const RowId row : starts) centroids.insert(centroids.end(), row_of(row), row_of(row) + columns);
    std::vector<RowId> free;
    double largest = 0;
    for (RowId row = 0; row < c.rows; ++row) {
        if (!c.is_free(row)) continue;
        free.push_back(row);
        for (std::size_t j = 0; j < columns; ++j) largest = std::max(largest, std::abs(static_cast<double>(row_of(row)[j])));
    }
    const parallel::FixedPoint fixed(largest > 0 ? largest : 1, c.rows);

    std::vector<std::uint32_t> own(free.size(), NearestCentroids::nobody);
    for (std::int64_t pass = 0; pass < passes; ++pass) {
        bool changed = false;
        for (std::size_t i = 0; i < free.size(); ++i) {
            const auto nearest = nearest_by_brute_force(row_of(free[i]), centroids, columns);
            changed = changed || nearest != own[i];
            own[i] = nearest;
        }
        if (!changed) break;
        for (std::size_t k = 0; k < starts.size(); ++k) {
            std::vector<std::int64_t> sum(columns);
            std::int64_t members = 0;
            for (std::size_t i = 0; i < free.size(); ++i) {
                if (own[i] != k) continue;
                ++members;
                for (std::size_t j = 0; j < columns; ++j) sum[j] += fixed.whole(static_cast<double>(row_of(free[i])[j]));
            }
            for (std::size_t j = 0; members > 0 && j < columns; ++j) centroids[k * columns + j] = static_cast<float>(fixed.real(sum[j]) / static_cast<double>(members));
        }
    }
    std::vector<RowId> batch;
    for (std::size_t k = 0; k < starts.size(); ++k) {
        const auto distance = [&](RowId row) { return selection::squared_distance(row_of(row), centroids.data() + k * columns, columns); };
        const auto nearest = std::min_element(free.begin(), free.end(), [&](RowId a, RowId b) { return distance(a) < distance(b); });
        batch.push_back(*nearest);
        free.erase(nearest);
    }
    return batch;
}

/// Centroids that go astray: some far, some by a unit of the last place, some not at all, some onto another, until they rest.
std::vector<float> moved(std::vector<float> centroids, std::size_t columns, std::uint64_t pass)
{
    const auto draws = test::normals(1000 + pass, centroids.size());
    const auto choices = test::uniforms(2000 + pass, centroids.size() / columns);
    for (std::size_t k = 0; k < choices.size(); ++k) {
        float* own = centroids.data() + k * columns;
        for (std::size_t c = 0; c < columns; ++c) {
            if (choices[k] < 0.3) own[c] += static_cast<float>(draws[k * columns + c] / static_cast<double>(1 + pass * pass));
            else if (choices[k] < 0.5) own[c] = std::nextafter(own[c], INFINITY);
            else if (choices[k] < 0.55) own[c] = centroids[c];
        }
    }
    return centroids;
}

/// \return  distances that were computed, over distances there are
double follow(const Case& c, std::size_t bound_bytes)
{
    const auto x = c.features();
    const auto columns = static_cast<std::size_t>(c.columns);
    const Pool pool(c);
    std::vector<float> centroids(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(std::min<RowId>(c.count, c.rows)) * columns));
    NearestCentroids nearest(pool.shard, pool.scaling, centroids, bound_bytes);
    std::vector<std::uint32_t> own(pool.state.size(), NearestCentroids::nobody);
    double computed = 0, all = 0;
    for (std::uint64_t pass = 0; pass < 25; ++pass) {
        for (RowId tile = pool.shard.share.first_tile; tile < pool.shard.share.end_tile; ++tile) {
            std::vector<NearestCentroids::Change> changes;
            computed += static_cast<double>(nearest.assign(tile, pool.state, changes));
            for (const auto& change : changes) {
                const auto local = static_cast<std::size_t>(change.row - pool.shard.share.first_row);
                EXPECT_EQ(change.from, own[local]);
                EXPECT_TRUE(std::equal(change.features, change.features + columns, x.data() + static_cast<std::size_t>(change.row) * columns));
                own[local] = change.to;
            }
        }
        for (std::size_t i = 0; i < own.size(); ++i) {
            const bool is_free = pool.state[i] == RowState::unlabelled;
            const auto row = static_cast<std::size_t>(pool.shard.share.first_row) + i;
            const auto expected = is_free ? nearest_by_brute_force(x.data() + row * columns, centroids, columns) : NearestCentroids::nobody;
            EXPECT_EQ(own[i], expected) << c.name << ", pass " << pass << ", row " << row;
        }
        all += static_cast<double>(own.size() * nearest.count());
        centroids = moved(centroids, columns, pass);
        nearest.move(centroids);
    }
    return all > 0 ? computed / all : 0;
}

}  // namespace

TEST(NearestCentroids, AreThoseOfBruteForceWhereverCentroidsMove)
{
    for (const auto& c : cases) {
        for (const std::size_t bytes : {std::size_t{0}, static_cast<std::size_t>(c.rows) * 8, NearestCentroids::bound_bytes}) follow(c, bytes);
    }
}

/// With bounds for each panel, and with one for all.
TEST(NearestCentroids, LookAtFewOfTheCentroidsOfRowsInClusters)
{
    const Case c{.name = "blobs", .rows = 3000, .columns = 16, .count = 160, .blobs = 40};
    const double share = follow(c, NearestCentroids::bound_bytes);
    EXPECT_LT(share, 0.5);
    EXPECT_LT(share, follow(c, 0) + 1e-9);
}

TEST(KMeansRepresentatives, AreThoseOfBruteForceToTheBit)
{
    for (const auto& c : cases) {
        for (const std::int64_t passes : {1, 3, 100}) {
            const Pool pool(c);
            Work work;
            const selection::SelectionInput input{pool.shard, pool.scaling, {}, pool.state, {}, c.count, test::ranks(), work, c.seed, 4};
            const auto starts = pool::drawn_rows(pool.state, pool.shard.share, c.count, c.seed, Purpose::density_sample, 4, test::ranks());
            EXPECT_EQ(selection::k_means_representatives(input, passes), by_brute_force(c, starts, passes)) << c.name << ", " << passes << " passes";
        }
    }
}

}  // namespace sluice
