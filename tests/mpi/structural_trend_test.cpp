#include "fusion/structure/structural_trend.hpp"

#include "base/random.hpp"
#include "fusion/structure/leading_components.hpp"
#include "pool/domain.hpp"
#include "pool/standardise.hpp"
#include "support/pools.hpp"
#include "support/trend_pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::fusion {

namespace {

using test::ranks;

void expect_same_bits(const std::vector<StructuralTrend>& a, const std::vector<StructuralTrend>& b)
{
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].score, b[i].score);
        EXPECT_EQ(a[i].is_flat, b[i].is_flat);
        EXPECT_EQ(a[i].threshold, b[i].threshold);
        EXPECT_EQ(a[i].r_squared, b[i].r_squared);
        EXPECT_EQ(a[i].flatness, b[i].flatness);
        EXPECT_EQ(a[i].correlation, b[i].correlation);
    }
}

std::vector<StructuralTrend> trend_of(const test::TrendPool& pool, const Share& share, std::span<const RowId> removed, RowId bins, const Communicator& comm)
{
    const auto order = candidate_order(share, pool.scores_of(share), comm);
    return structural_trend(pool.means_of(share), pool.columns, order, candidate_places(order, removed, comm), bins, comm);
}

/// Places of rows by score, then row, with those removed left out: by sorting.
std::vector<RowId> sorted_places(const std::vector<double>& score, std::span<const RowId> removed)
{
    std::vector<RowId> rows(score.size());
    std::iota(rows.begin(), rows.end(), 0);
    std::erase_if(rows, [&](RowId row) { return std::binary_search(removed.begin(), removed.end(), row); });
    std::stable_sort(rows.begin(), rows.end(), [&](RowId a, RowId b) { return score[static_cast<std::size_t>(a)] < score[static_cast<std::size_t>(b)]; });
    std::vector<RowId> place(score.size(), CandidatePlaces::none);
    for (std::size_t i = 0; i < rows.size(); ++i) place[static_cast<std::size_t>(rows[i])] = static_cast<RowId>(i);
    return place;
}

}  // namespace

/// specs/fusion.md, section 18, check 10: candidates are standardised by themselves, whatever scaler the labelled rows have.
TEST(CandidateOrder, DoesNotDependOnTheUnitsOfTheFeatures)
{
    constexpr RowId rows = 300, columns = 5;
    std::vector<float> plain, rescaled;
    for (RowId i = 0; i < rows; ++i) {
        RandomStream random(9, Purpose::random_score, 0, static_cast<std::uint64_t>(i));
        const double shared = random.normal();
        for (RowId c = 0; c < columns; ++c) {
            const double x = random.normal() + static_cast<double>(columns - c) * shared;
            plain.push_back(static_cast<float>(x));
            rescaled.push_back(static_cast<float>(std::pow(2.0, static_cast<double>(3 * c)) * x));  // a power of two: the same digits
        }
    }
    const auto order = candidate_order(pool::shard_of_points(plain, columns, ranks()), ranks());
    const auto other = candidate_order(pool::shard_of_points(rescaled, columns, ranks()), ranks());
    EXPECT_EQ(order.position, other.position);
}

TEST(StructuralTrend, IsTheSameBitsOnOneRankAndOnAll)
{
    struct Case {
        const char* kind;
        std::size_t rows;
        RowId tile_rows, bins;
    };
    const auto alone = ranks().split(-1);
    // More ranks than rows, ranks without rows, no bins, ties, and a pool of which the flatness sees a part.
    for (const auto& c : {Case{"independent", 3, 1, 1024}, Case{"independent", 40, 32, 5}, Case{"correlated", 1013, 64, 1024}, Case{"tied", 1013, 16, 100},
                          Case{"line", 300, 50, 37}, Case{"independent", 66000, 2048, 1024}}) {
        SCOPED_TRACE(fmt::format("{} rows, {}", c.rows, c.kind));
        const test::TrendPool pool(c.kind, 60, c.rows);
        const std::vector<RowId> removed = c.rows > 100 ? std::vector<RowId>{0, 5, 17, 99, static_cast<RowId>(c.rows) - 1} : std::vector<RowId>{};
        const Tiling tiling{pool.rows(), c.tile_rows};
        const auto together = trend_of(pool, share_of(tiling, ranks().rank(), ranks().size()), removed, c.bins, ranks());
        const auto whole = trend_of(pool, share_of(tiling, 0, 1), removed, c.bins, alone);
        expect_same_bits(together, whole);
    }
}

TEST(StructuralTrend, DoesNotSeeRowsThatAreNoCandidates)
{
    const auto alone = ranks().split(-1);
    test::TrendPool pool("independent", 70, 700);
    const std::vector<RowId> removed = {3, 4, 200, 350, 699};  // row 3 has an outlier
    for (const auto row : removed) pool.mean[static_cast<std::size_t>(row * pool.columns)] = std::numeric_limits<float>::quiet_NaN();
    test::TrendPool rest("independent", 70, 0);
    for (RowId row = 0; row < 700; ++row) {
        if (std::binary_search(removed.begin(), removed.end(), row)) continue;
        const auto i = static_cast<std::size_t>(row);
        for (std::size_t k = 0; k < 2; ++k) rest.score[k].push_back(pool.score[k][i]);
        rest.mean.insert(rest.mean.end(), pool.mean.begin() + row * pool.columns, pool.mean.begin() + (row + 1) * pool.columns);
    }
    const auto share = share_of(Tiling{700, 32}, ranks().rank(), ranks().size());
    const auto found = trend_of(pool, share, removed, 1024, ranks());
    const auto expected = trend_of(rest, share_of(Tiling{695, 695}, 0, 1), {}, 1024, alone);
    for (std::size_t c = 0; c < found.size(); ++c) {
        EXPECT_NEAR(found[c].score, expected[c].score, 1e-9) << "column " << c;
        EXPECT_NEAR(found[c].r_squared, expected[c].r_squared, 1e-9) << "column " << c;
    }
}

TEST(CandidateOrder, IsThatOfASortAsRowsDropOut)
{
    for (const char* kind : {"independent", "tied", "line"}) {
        for (const std::size_t rows : {1, 5, 500}) {
            const test::TrendPool pool(kind, 80, rows);
            const auto share = share_of(Tiling{pool.rows(), 8}, ranks().rank(), ranks().size());
            const auto order = candidate_order(share, pool.scores_of(share), ranks());
            std::vector<RowId> removed;
            for (RowId row = 0; row < pool.rows(); row += 1 + pool.rows() / 5) {
                const auto places = candidate_places(order, removed, ranks());
                EXPECT_EQ(places.candidates, pool.rows() - static_cast<RowId>(removed.size()));
                for (std::size_t k = 0; k < 2; ++k) {
                    const auto all = sorted_places(pool.score[k], removed);
                    EXPECT_EQ(places.place[k], std::vector<RowId>(all.begin() + share.first_row, all.begin() + share.end_row)) << kind << " " << removed.size();
                }
                removed.push_back(row);
            }
        }
    }
}

TEST(LeadingComponents, AreThoseOfThePowerMethod)
{
    for (const auto type : {pool::FeatureType::float32, pool::FeatureType::bits}) {
        const test::SharedFolder folder;
        const test::RandomPool random{.rows = 1200, .columns = 6, .tile_rows = 100, .type = type, .seed = 9};
        const auto shard = pool::read_shard(test::write_pool(random, folder.path / "pool.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
        const auto standardising = pool::standardising(pool::column_statistics(shard, ranks()));
        const auto direction = leading_components(shard, standardising, ranks());

        std::vector<RowId> rows(1200);
        std::iota(rows.begin(), rows.end(), 0);
        const auto x = pool::gather_rows(shard, standardising, rows, ranks());
        std::array<std::array<double, 6>, 6> covariance{};
        for (std::size_t i = 0; i < 1200; ++i) {
            for (std::size_t a = 0; a < 6; ++a) {
                for (std::size_t b = 0; b < 6; ++b) covariance[a][b] += static_cast<double>(x[i * 6 + a]) * static_cast<double>(x[i * 6 + b]) / 1200;
            }
        }
        for (std::size_t k = 0; k < 2; ++k) {
            std::array<double, 6> v{1, 0.9, 0.8, -0.7, 0.6, -0.5};
            double value = 0;
            for (int step = 0; step < 20000; ++step) {
                std::array<double, 6> next{};
                for (std::size_t a = 0; a < 6; ++a) {
                    for (std::size_t b = 0; b < 6; ++b) next[a] += covariance[a][b] * v[b];
                }
                value = std::sqrt(std::inner_product(next.begin(), next.end(), next.begin(), 0.0));
                for (std::size_t a = 0; a < 6; ++a) v[a] = next[a] / value;
            }
            for (std::size_t a = 0; a < 6; ++a) {
                for (std::size_t b = 0; b < 6; ++b) covariance[a][b] -= value * v[a] * v[b];
            }
            const auto largest = std::max_element(v.begin(), v.end(), [](double p, double q) { return std::abs(p) < std::abs(q); });
            const double sign = *largest < 0 ? -1 : 1;
            for (std::size_t a = 0; a < 6; ++a) EXPECT_NEAR(direction[k][a], sign * v[a], 1e-6) << "component " << k;
        }
    }
}

TEST(LeadingComponents, AndOrdersAreTheSameBitsOnOneRankAndOnAll)
{
    const auto alone = ranks().split(-1);
    for (const auto& random : {test::RandomPool{.rows = 1013, .columns = 13, .tile_rows = 16, .seed = 6},
                               test::RandomPool{.rows = 9, .columns = 2, .tile_rows = 4, .seed = 7},
                               test::RandomPool{.rows = 600, .columns = 33, .tile_rows = 300, .type = pool::FeatureType::uint8, .seed = 8},
                               test::RandomPool{.rows = 120, .columns = most_columns_of_covariance + 9, .tile_rows = 16, .seed = 9}}) {
        SCOPED_TRACE(random.columns);
        const test::SharedFolder folder;
        const auto path = test::write_pool(random, folder.path / "pool.h5", ranks());
        const auto order = candidate_order(pool::read_shard(path, ranks(), false, pool::MissingFeatures::error), ranks());
        const auto whole = candidate_order(pool::read_shard(path, alone, false, pool::MissingFeatures::error), alone);
        for (std::size_t k = 0; k < 2; ++k) {
            const auto own = [&](const auto& all) { return std::vector(all.begin() + order.share.first_row, all.begin() + order.share.end_row); };
            EXPECT_EQ(order.score[k], own(whole.score[k]));
            EXPECT_EQ(order.position[k], own(whole.position[k]));
            EXPECT_EQ(order.smallest[k], whole.smallest[k]);
            EXPECT_EQ(order.largest[k], whole.largest[k]);
        }
    }
}

TEST(LeadingComponents, OfASampleOfAllRowsAreThoseOfTheCovariance)
{
    // A wide pool, and the same pool with its last columns, which are constant, left out: the sample has all rows, so that both ways must agree.
    const test::SharedFolder folder;
    const RowId rows = 300, narrow = most_columns_of_covariance, wide = narrow + 20;
    const auto features = test::normals(90, static_cast<std::size_t>(rows * 8));
    const auto write = [&](const char* name, RowId columns) {
        pool::PoolInfo info;
        info.rows = rows;
        info.columns = columns;
        info.tile_rows = 32;
        const auto share = share_of(info.tiling(), ranks().rank(), ranks().size());
        std::vector<float> values;
        for (RowId row = share.first_row; row < share.end_row; ++row) {
            for (RowId c = 0; c < columns; ++c) {
                const double shared = features[static_cast<std::size_t>(row * 8 + c % 8)], more = features[static_cast<std::size_t>(row * 8)];
                values.push_back(c < narrow ? static_cast<float>(shared + 0.5 * static_cast<double>(c % 3) * more) : 7.0F);
            }
        }
        auto file = hdf5::File::create(folder.path / name, ranks());
        create_pool(file, info, 1, ranks().is_root());
        file.write_rows("/features", hdf5::Type::float32, share.first_row, share.rows(), values.data());
        file.close();
        const auto shard = pool::read_shard((folder.path / name).string(), ranks(), false, pool::MissingFeatures::error);
        return leading_components(shard, pool::standardising(pool::column_statistics(shard, ranks())), ranks());
    };
    const auto sampled = write("wide.h5", wide), exact = write("narrow.h5", narrow);
    for (std::size_t k = 0; k < 2; ++k) {
        for (std::size_t c = 0; c < static_cast<std::size_t>(narrow); ++c) EXPECT_NEAR(sampled[k][c], exact[k][c], 1e-9) << k << ", column " << c;
        for (auto c = static_cast<std::size_t>(narrow); c < static_cast<std::size_t>(wide); ++c) EXPECT_EQ(sampled[k][c], 0);
    }
}

TEST(CandidateOrder, OfOneColumnHasNoSecondComponent)
{
    const test::SharedFolder folder;
    const test::RandomPool random{.rows = 50, .columns = 1, .tile_rows = 8, .seed = 5};
    const auto shard = pool::read_shard(test::write_pool(random, folder.path / "pool.h5", ranks()), ranks(), false, pool::MissingFeatures::error);
    const auto order = candidate_order(shard, ranks());
    std::vector<double> feature;
    for (RowId row = 0; row < 50; ++row) feature.push_back(test::feature_of(random, row, 0));
    const auto expected = sorted_places(feature, {});
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) {
        const auto own = static_cast<std::size_t>(row - shard.share.first_row);
        EXPECT_EQ(order.position[0][own], expected[static_cast<std::size_t>(row)]);
        EXPECT_EQ(order.score[1][own], 0);
        EXPECT_EQ(order.position[1][own], row) << "ties by row";
    }
}

}  // namespace sluice::fusion
