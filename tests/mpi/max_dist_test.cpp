#include "selection/max_dist.hpp"

#include "pool/standardise.hpp"
#include "selection/top_k.hpp"
#include "support/pools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

using pool::RowState;

/// A pool with some rows labelled, and scores by a formula of the row.
struct Case {
    test::RandomPool pool;
    std::vector<RowId> labelled;
    std::int64_t count = 20;
    bool standardise = false;
    bool scored = false;
    double weight = 1;
    selection::FirstPick first = selection::FirstPick::greedy;
};

double score_of(RowId row)
{
    return static_cast<double>((row * 7919) % 101) / 10.0 - 3;
}

std::vector<RowId> by_sluice(const Case& c)
{
    const test::SharedFolder folder;
    const auto shard = pool::read_shard(test::write_pool(c.pool, folder.path / "pool.h5", test::ranks()), test::ranks(), false, pool::MissingFeatures::error);
    const auto scaling = c.standardise ? pool::standardising(pool::column_statistics(shard, test::ranks())) : pool::Scaling::identity(shard.info.columns);
    std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    std::vector<double> scores;
    for (RowId row = shard.share.first_row; row < shard.share.end_row && c.scored; ++row) scores.push_back(score_of(row));
    for (const RowId row : c.labelled) {
        if (shard.share.owns(row)) state[static_cast<std::size_t>(row - shard.share.first_row)] = RowState::labelled;
    }
    Work work;
    return selection::max_dist({shard, scaling, scores, state, c.labelled, c.count, test::ranks(), work}, c.weight, c.first);
}

/// The definition, row by row in float64: no bounds, no tiles.
std::vector<RowId> by_brute_force(const Case& c)
{
    const auto rows = static_cast<std::size_t>(c.pool.rows), columns = static_cast<std::size_t>(c.pool.columns);
    std::vector<std::vector<double>> x(rows, std::vector<double>(columns));
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t k = 0; k < columns; ++k) x[i][k] = static_cast<double>(static_cast<float>(test::feature_of(c.pool, static_cast<RowId>(i), static_cast<RowId>(k))));
    }
    if (c.pool.type == pool::FeatureType::float16) {
        for (auto& row : x) std::transform(row.begin(), row.end(), row.begin(), [](double v) { return static_cast<double>(static_cast<float>(static_cast<_Float16>(static_cast<float>(v)))); });
    }
    std::vector<double> mean(columns, 0);
    for (std::size_t k = 0; k < columns; ++k) {
        double variance = 0;
        for (const auto& row : x) mean[k] += row[k] / static_cast<double>(rows);
        for (const auto& row : x) variance += (row[k] - mean[k]) * (row[k] - mean[k]) / static_cast<double>(rows);
        if (!c.standardise) continue;
        for (auto& row : x) row[k] = (row[k] - mean[k]) / std::sqrt(variance);
        mean[k] = 0;
    }
    const auto distance = [&](const std::vector<double>& a, const std::vector<double>& b) {
        double sum = 0;
        for (std::size_t k = 0; k < columns; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
        return sum;
    };
    std::vector<bool> taken(rows, false);
    for (const RowId row : c.labelled) taken[static_cast<std::size_t>(row)] = true;
    double low = INFINITY, high = -INFINITY;
    for (std::size_t i = 0; i < rows; ++i) {
        if (taken[i]) continue;
        low = std::min(low, score_of(static_cast<RowId>(i)));
        high = std::max(high, score_of(static_cast<RowId>(i)));
    }
    std::vector<double> nearest(rows, INFINITY);
    const auto lower = [&](std::size_t to) {
        for (std::size_t i = 0; i < rows; ++i) nearest[i] = std::min(nearest[i], distance(x[i], x[to]));
    };
    for (const RowId row : c.labelled) lower(static_cast<std::size_t>(row));

    std::vector<double> sorted;
    for (std::size_t i = 0; i < rows; ++i) {
        if (!taken[i]) sorted.push_back(nearest[i]);
    }
    std::sort(sorted.begin(), sorted.end());
    const double median = (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;

    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < c.count && batch.size() + c.labelled.size() < rows) {
        std::size_t best = rows;
        double best_value = -INFINITY;
        for (std::size_t i = 0; i < rows; ++i) {
            if (taken[i]) continue;
            const double score = score_of(static_cast<RowId>(i));
            double value = nearest[i] * (c.scored ? 1 + c.weight * (score - low) / (high - low) : 1);
            if (batch.empty() && c.first == selection::FirstPick::best_of_far_half && c.scored) value = nearest[i] >= median ? score : -INFINITY;
            if (batch.empty() && c.labelled.empty()) value = c.scored && c.weight > 0 ? score : distance(x[i], mean);
            if (value > best_value) {
                best_value = value;
                best = i;
            }
        }
        taken[best] = true;
        batch.push_back(static_cast<RowId>(best));
        lower(best);
    }
    return batch;
}

void expect_same(const Case& c)
{
    EXPECT_EQ(by_sluice(c), by_brute_force(c));
}

}  // namespace

TEST(MaxDist, PicksTheRowsOfTheBruteForceOnARaggedPool)
{
    expect_same({.pool = {.rows = 1013, .columns = 7, .tile_rows = 64, .seed = 3}, .labelled = {5, 900}, .count = 60});
}

TEST(MaxDist, StartsFarthestFromTheMeanWithoutLabels)
{
    expect_same({.pool = {.rows = 500, .columns = 3, .tile_rows = 32, .seed = 4}});
}

TEST(MaxDist, WeighsDistanceByScore)
{
    expect_same({.pool = {.rows = 700, .columns = 5, .tile_rows = 64, .seed = 5}, .labelled = {1, 2, 650}, .count = 40, .scored = true, .weight = 2.5});
}

TEST(MaxDist, StartsAtTheBestScoreWithoutLabels)
{
    expect_same({.pool = {.rows = 700, .columns = 5, .tile_rows = 64, .seed = 6}, .scored = true});
}

TEST(MaxDist, StartsAtTheBestScoreOfTheFarHalf)
{
    constexpr auto far_half = selection::FirstPick::best_of_far_half;
    for (const RowId rows : {700, 701}) {
        for (const std::uint64_t seed : {13, 14, 15}) {
            const test::RandomPool pool{.rows = rows, .columns = 5, .tile_rows = 64, .seed = seed};
            Case c{.pool = pool, .labelled = {1, 2, 650}, .count = 15, .scored = true, .first = far_half};
            expect_same(c);
            c.standardise = true;
            c.weight = 0;
            expect_same(c);
        }
    }
    Case c{.pool = {.rows = 400, .columns = 3, .tile_rows = 16, .seed = 9, .distinct = 3}, .labelled = {100}, .scored = true, .first = far_half};
    expect_same(c);  // distances tie at the median
    c.labelled = {};
    expect_same(c);
    c.labelled = {100};
    c.scored = false;
    expect_same(c);  // greedy
}

TEST(MaxDist, FindsTheFarHalfOfOneRowAndOfNone)
{
    constexpr auto far_half = selection::FirstPick::best_of_far_half;
    expect_same({.pool = {.rows = 3, .columns = 2, .tile_rows = 2, .seed = 16}, .labelled = {0, 2}, .count = 2, .scored = true, .first = far_half});
    const Case nothing{.pool = {.rows = 2, .columns = 2, .tile_rows = 2, .seed = 16}, .labelled = {0, 1}, .count = 2, .scored = true, .first = far_half};
    EXPECT_TRUE(by_sluice(nothing).empty());
}

TEST(MaxDist, ReadsFeaturesInMemoryAsThoseOfAPool)
{
    const test::SharedFolder folder;
    const auto path = test::write_pool({.rows = 300, .columns = 6, .tile_rows = 32, .seed = 17}, folder.path / "pool.h5", test::ranks());
    const auto shard = pool::read_shard(path, test::ranks(), true, pool::MissingFeatures::error);
    auto copy = pool::shard_of_features(shard, 6);
    const auto scaling = pool::Scaling::identity(6);
    ASSERT_EQ(copy.floats().size(), static_cast<std::size_t>(6 * shard.share.rows()));
    pool::decode(shard, scaling, shard.share.first_row, shard.share.rows(), copy.floats().data());
    const std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    Work work;
    const auto batch = [&](const pool::Shard& from) { return selection::max_dist({from, scaling, {}, state, {}, 20, test::ranks(), work}, 0); };
    EXPECT_EQ(batch(copy), batch(shard));
}

TEST(MaxDist, WithWeightZeroIsKCenterGreedy)
{
    expect_same({.pool = {.rows = 700, .columns = 5, .tile_rows = 64, .seed = 7}, .labelled = {3}, .scored = false, .weight = 0});
}

TEST(MaxDist, UsesStandardisedFeatures)
{
    expect_same({.pool = {.rows = 600, .columns = 20, .tile_rows = 100, .seed = 8}, .labelled = {17}, .count = 30, .standardise = true});
}

TEST(MaxDist, BreaksTiesByRowAmongWholeNumbers)
{
    // Distances are small whole numbers: most picks are ties, many rows are equal.
    expect_same({.pool = {.rows = 400, .columns = 3, .tile_rows = 16, .seed = 9, .distinct = 3}, .labelled = {100}, .count = 60});
}

TEST(MaxDist, ReadsEveryFeatureType)
{
    using pool::FeatureType;
    for (const auto type : {FeatureType::uint8, FeatureType::bits, FeatureType::float16}) {
        SCOPED_TRACE(pool::name_of(type));
        expect_same({.pool = {.rows = 300, .columns = 37, .tile_rows = 32, .type = type, .seed = 10}, .labelled = {0}, .count = 30});
    }
}

TEST(MaxDist, ServesMoreRanksThanTiles)
{
    expect_same({.pool = {.rows = 9, .columns = 2, .tile_rows = 8, .seed = 11}, .labelled = {8}, .count = 5});
}

TEST(MaxDist, GivesAllThereIsAndNoMore)
{
    const Case c{.pool = {.rows = 9, .columns = 2, .tile_rows = 4, .seed = 12}, .labelled = {0, 4}, .count = 50};
    EXPECT_EQ(by_sluice(c).size(), 7U);
    expect_same(c);
}

TEST(TopK, TakesTheLargestScoresAndTheLowerRowOfEqualOnes)
{
    const test::SharedFolder folder;
    const auto shard = pool::read_shard(test::write_pool({.rows = 505, .columns = 2, .tile_rows = 32}, folder.path / "pool.h5", test::ranks()), test::ranks(), false,
                                        pool::MissingFeatures::error);
    const auto scaling = pool::Scaling::identity(2);
    std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    std::vector<double> scores;
    for (RowId row = shard.share.first_row; row < shard.share.end_row; ++row) scores.push_back(static_cast<double>(row % 5));
    if (shard.share.owns(4)) state[static_cast<std::size_t>(4 - shard.share.first_row)] = RowState::failed;
    Work work;
    const auto batch = selection::top_k({shard, scaling, scores, state, {}, 4, test::ranks(), work});
    EXPECT_EQ(batch, (std::vector<RowId>{9, 14, 19, 24}));
}

}  // namespace sluice
