#include "fusion/fuse/combine_targets.hpp"

#include "base/random.hpp"
#include "fusion/fuse/hypervolume.hpp"
#include "parallel/tiling.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

using test::ranks;

/// Fused scores of a whole pool.
struct Scores {
    std::vector<double> values;            ///< [rows, targets]
    std::size_t targets;
    std::vector<std::uint8_t> candidate;   ///< [rows]

    RowId rows() const { return static_cast<RowId>(candidate.size()); }
};

/// With `levels` > 0 whole numbers below it, so that scores and rows repeat; every seventh row is no candidate.
Scores random_scores(RowId rows, std::size_t targets, std::uint32_t levels, std::uint64_t seed = 1)
{
    RandomStream random(seed, Purpose::random_score, 0, targets);
    Scores scores{{}, targets, {}};
    for (RowId row = 0; row < rows; ++row) {
        for (std::size_t t = 0; t < targets; ++t) scores.values.push_back(levels > 0 ? random.below(levels) : std::max(0.0, 10 * random.normal()));
        scores.candidate.push_back(row % 7 == 3 ? 0 : 1);
    }
    return scores;
}

/// The part of one rank's rows, in tiles of `tile_rows`.
std::vector<double> combine_share(const Scores& all, RowId tile_rows, const Communicator& comm)
{
    const auto share = share_of(Tiling{all.rows(), tile_rows}, comm.rank(), comm.size());
    const auto first = static_cast<std::size_t>(share.first_row), count = static_cast<std::size_t>(share.rows());
    const auto own = std::span(all.values).subspan(first * all.targets, count * all.targets);
    return combine_targets(own, all.targets, std::span(all.candidate).subspan(first, count), comm);
}

/// The combined scores of the whole pool, by all ranks together.
std::vector<double> combine(const Scores& all, RowId tile_rows = 16)
{
    return ranks().gather(std::span<const double>(combine_share(all, tile_rows, ranks())));
}

/// Section 10.1 as it is written, with a pair of hypervolumes per position.
template <std::size_t T>
std::vector<double> by_definition(const Scores& all)
{
    Point<T> low, high, corner;
    low.fill(INFINITY);
    high.fill(-INFINITY);
    const auto score = [&](RowId row, std::size_t t) { return all.values[static_cast<std::size_t>(row) * T + t]; };
    for (RowId row = 0; row < all.rows(); ++row) {
        for (std::size_t t = 0; t < T && all.candidate[static_cast<std::size_t>(row)] != 0; ++t) {
            low[t] = std::min(low[t], score(row, t));
            high[t] = std::max(high[t], score(row, t));
        }
    }
    Points<T> points(static_cast<std::size_t>(all.rows())), positions;
    corner.fill(-INFINITY);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (all.candidate[i] == 0) continue;
        for (std::size_t t = 0; t < T; ++t) {
            points[i][t] = -(score(static_cast<RowId>(i), t) - low[t] + 1e-6) / (high[t] - low[t] + 2e-6);
            corner[t] = std::max(corner[t], points[i][t]);
        }
        if (std::find(positions.begin(), positions.end(), points[i]) == positions.end()) positions.push_back(points[i]);
    }
    for (double& c : corner) c = std::nextafter(static_cast<float>(c), INFINITY);
    Points<T> front;
    for (const auto& p : positions) {
        if (std::none_of(positions.begin(), positions.end(), [&](const auto& q) { return q != p && covers(q, p); })) front.push_back(p);
    }
    const double volume = hypervolume(front, corner);
    std::vector<double> combined(points.size(), -INFINITY);
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (all.candidate[i] == 0) continue;
        auto others = front;
        std::erase(others, points[i]);
        double squares = 0;
        for (std::size_t t = 0; t < T; ++t) squares += (points[i][t] - corner[t]) * (points[i][t] - corner[t]);
        combined[i] = volume - hypervolume(others, corner) + 0.1 * std::sqrt(squares);
    }
    return combined;
}

void expect_by_definition(const Scores& all)
{
    const auto expected = with_targets(all.targets, [&](auto targets) { return by_definition<targets>(all); });
    const auto combined = combine(all);
    ASSERT_EQ(combined.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (all.candidate[i] == 0) {
            EXPECT_EQ(combined[i], -INFINITY);
        } else {
            EXPECT_NEAR(combined[i], expected[i], 1e-12) << "row " << i;
        }
    }
}

}  // namespace

TEST(CombineTargets, FollowsTheDefinition)
{
    for (const std::size_t targets : {2U, 3U, 4U}) {
        for (const std::uint32_t levels : {0U, 3U, 6U}) expect_by_definition(random_scores(200, targets, levels));
    }
}

TEST(CombineTargets, HasTheSameBitsOnAnyRanksAndTiles)
{
    const auto alone = ranks().split(-1);
    for (const std::size_t targets : {1U, 2U, 3U, 4U}) {
        for (const std::uint32_t levels : {0U, 9U}) {
            const auto all = random_scores(5000, targets, levels);
            const auto expected = combine_share(all, 1, alone);
            EXPECT_EQ(combine(all, 1), expected);
            EXPECT_EQ(combine(all, 512), expected);
            EXPECT_EQ(combine(all, 5000), expected) << "all rows on one rank";
        }
    }
}

TEST(CombineTargets, LetsRanksHaveNothing)
{
    for (const std::size_t targets : {2U, 3U, 4U}) {
        for (const RowId rows : {1, 2, 3, 5}) expect_by_definition(random_scores(rows, targets, 3, 5));
    }
    EXPECT_TRUE(combine(random_scores(0, 3, 0)).empty());
    auto nobody = random_scores(20, 2, 0);
    nobody.candidate.assign(20, 0);
    EXPECT_EQ(combine(nobody), std::vector<double>(20, -INFINITY));
}

TEST(CombineTargets, OfOneCandidateIsNextToNothing)
{
    // One candidate is its own lowest and highest: (0 + 1e-6) / 2e-6 = 1/2 in every target, one float32 from the worst corner.
    const Scores one{{7, -3, 1e9}, 3, {1}};
    const auto combined = combine(one);
    ASSERT_EQ(combined.size(), 1);
    EXPECT_GT(combined[0], 0);
    EXPECT_LT(combined[0], 1e-7);
}

TEST(CombineTargets, EqualCandidatesShareTheirPosition)
{
    // (2, 0), twice (1, 1), (0, 2), and a dominated (0, 0): each front position contributes about a quarter of the unit square.
    const Scores all{{2, 0, 1, 1, 0, 0, 0, 2, 1, 1}, 2, std::vector<std::uint8_t>(5, 1)};
    const auto combined = combine(all, 1);
    EXPECT_EQ(combined[1], combined[4]);
    EXPECT_NEAR(combined[1], 0.25 + 0.1 * std::sqrt(0.5), 1e-5);
    EXPECT_NEAR(combined[0], 0.1, 1e-5) << "at the border: no volume";
    EXPECT_NEAR(combined[2], 0, 1e-5);
}

TEST(CombineTargets, OfOneTargetIsItsScore)
{
    const Scores all{{3, -1, 2}, 1, {1, 0, 1}};
    EXPECT_EQ(combine(all, 1), (std::vector<double>{3, -INFINITY, 2}));
}

TEST(CombineTargets, OtherNumbersOfTargetsAreRefused)
{
    const Scores all{std::vector<double>(5, 1.0), 5, {1}};
    EXPECT_THROW(combine(all), Error);
}

}  // namespace sluice::fusion
