#include "selection/sbal.hpp"

#include "base/random.hpp"
#include "support/feature_shard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace sluice {

namespace {

using pool::RowState;

/// Scores of a pool, none of its features; rows whose score is NaN are labelled.
struct Case {
    std::vector<double> score;
    RowId tile_rows = 1;
    double temperature = 0.3;
    std::uint64_t seed = 7;

    std::vector<RowId> batch(std::int64_t count, std::uint32_t iteration) const
    {
        const auto shard = test::feature_shard(std::vector<float>(score.size()), 1, tile_rows);
        const auto scaling = pool::Scaling::identity(1);
        std::vector<double> own(score.begin() + shard.share.first_row, score.begin() + shard.share.end_row);
        std::vector<RowState> state;
        for (const double s : own) state.push_back(std::isnan(s) ? RowState::labelled : RowState::unlabelled);
        Work work;
        return selection::sbal({shard, scaling, own, state, {}, count, test::ranks(), work, seed, iteration}, temperature);
    }
};

double chance(const Case& c, RowId row, double left)
{
    return std::exp(c.score[static_cast<std::size_t>(row)] / c.temperature) / left;
}

}  // namespace

TEST(Sbal, DrawsPairsAsOftenAsTheSoftmaxWithoutReplacementSays)
{
    const Case c{{0.1, 0.5, -0.4, 0.45, 0.2}};
    constexpr int draws = 3000;
    std::map<std::vector<RowId>, int> seen;
    for (int i = 0; i < draws; ++i) ++seen[c.batch(2, static_cast<std::uint32_t>(i))];

    double total = 0, chi_square = 0;
    for (const double s : c.score) total += std::exp(s / c.temperature);
    for (RowId first = 0; first < 5; ++first) {
        for (RowId second = 0; second < 5; ++second) {
            if (first == second) continue;
            const double left = total - std::exp(c.score[static_cast<std::size_t>(first)] / c.temperature);
            const double expected = draws * chance(c, first, total) * chance(c, second, left);
            const double gap = seen[{first, second}] - expected;
            chi_square += gap * gap / expected;
        }
    }
    EXPECT_LT(chi_square, 36.19) << "99 % of chi-square with 19 degrees of freedom";
    EXPECT_GT(chi_square, 7.63) << "1 %";
}

TEST(Sbal, IsTheSortOfPerturbedScoresOnAnyRankCount)
{
    Case c{.score = std::vector<double>(533), .tile_rows = 32};
    for (std::size_t i = 0; i < c.score.size(); ++i) c.score[i] = std::sin(static_cast<double>(i)) + 1e6;
    c.score[17] = c.score[400] = NAN;
    std::vector<Ranked> all;
    for (std::size_t i = 0; i < c.score.size(); ++i) {
        const double uniform = RandomStream(c.seed, Purpose::gumbel, 4, i).uniform();
        if (!std::isnan(c.score[i])) all.push_back({(c.score[i] - 1e6) / c.temperature - std::log(-std::log(uniform)), static_cast<RowId>(i)});
    }
    std::sort(all.begin(), all.end());
    std::vector<RowId> expected;
    for (std::size_t i = 0; i < 50; ++i) expected.push_back(all[i].row);
    EXPECT_EQ(c.batch(50, 4), expected);
    EXPECT_NE(c.batch(50, 5), expected);
    EXPECT_EQ(c.batch(1000, 4).size(), 531U) << "all there is";
}

TEST(Sbal, IsTopKWhenItIsCold)
{
    const Case c{.score = {3, 1, 4, 1.5, 9, 2, 6}, .tile_rows = 2, .temperature = 1e-6};
    EXPECT_EQ(c.batch(4, 0), (std::vector<RowId>{4, 6, 2, 0}));
}

TEST(Sbal, NeedsScores)
{
    const auto shard = test::feature_shard(std::vector<float>(6), 1, 2);
    const auto scaling = pool::Scaling::identity(1);
    const std::vector<RowState> state(static_cast<std::size_t>(shard.share.rows()), RowState::unlabelled);
    Work work;
    EXPECT_THROW(selection::sbal({shard, scaling, {}, state, {}, 1, test::ranks(), work}, 0.3), Agreed);
}

}  // namespace sluice
