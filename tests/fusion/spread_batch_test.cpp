#include "fusion/select/spread_batch.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t columns = 3;

std::vector<float> random_rows(std::int64_t rows, std::uint64_t seed)
{
    RandomStream random(seed, Purpose::random_score, 0, 0);
    std::vector<float> x;
    for (std::int64_t i = 0; i < rows * columns; ++i) x.push_back(static_cast<float>(random.normal() * (i % columns == 0 ? 100 : 1)));
    return x;
}

double standardised_distance(const std::vector<float>& all, std::size_t i, std::size_t j)
{
    const std::size_t rows = all.size() / columns;
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) {
        double mean = 0, variance = 0;
        for (std::size_t r = 0; r < rows; ++r) mean += static_cast<double>(all[r * columns + c]) / static_cast<double>(rows);
        for (std::size_t r = 0; r < rows; ++r) variance += std::pow(static_cast<double>(all[r * columns + c]) - mean, 2) / static_cast<double>(rows);
        sum += std::pow(static_cast<double>(all[i * columns + c]) - static_cast<double>(all[j * columns + c]), 2) / variance;
    }
    return std::sqrt(sum);
}

/// Specification 11.4 word by word, in double precision.
std::vector<std::size_t> by_definition(const std::vector<float>& screen, std::vector<double> base, const std::vector<float>& labelled, std::size_t count)
{
    auto all = screen;
    all.insert(all.end(), labelled.begin(), labelled.end());
    const std::size_t rows = screen.size() / columns;
    const double lowest = std::min(0.0, *std::min_element(base.begin(), base.end()));
    for (auto& b : base) b -= lowest;
    const double highest = *std::max_element(base.begin(), base.end());
    std::vector<std::size_t> batch, known;
    for (std::size_t j = rows; j < all.size() / columns; ++j) known.push_back(j);
    while (batch.size() < count) {
        std::vector<double> distance(rows), left;
        for (std::size_t i = 0; i < rows; ++i) {
            distance[i] = INFINITY;
            for (const auto j : known) distance[i] = std::min(distance[i], standardised_distance(all, i, j));
            if (std::find(batch.begin(), batch.end(), i) == batch.end() && distance[i] > 0) left.push_back(distance[i]);
        }
        std::sort(left.begin(), left.end());
        const double at = 0.9 * static_cast<double>(left.size() - 1), low = std::floor(at);
        const double scale = left[static_cast<std::size_t>(low)] + (at - low) * (left[static_cast<std::size_t>(low) + 1] - left[static_cast<std::size_t>(low)]);
        std::size_t best = rows;
        double best_value = -1;
        for (std::size_t i = 0; i < rows; ++i) {
            const double value = base[i] / highest * (0.05 + 0.95 * std::min(distance[i] / scale, 1.0));
            if (std::find(batch.begin(), batch.end(), i) == batch.end() && value > best_value) best = i, best_value = value;
        }
        batch.push_back(best);
        known.push_back(best);
    }
    return batch;
}

}  // namespace

TEST(SpreadBatch, IsTheOneOfTheDefinition)
{
    const auto screen = random_rows(200, 1), labelled = random_rows(15, 2);
    std::vector<double> base;
    RandomStream random(3, Purpose::random_score, 0, 0);
    for (int i = 0; i < 200; ++i) base.push_back(random.normal());
    const auto batch = spread_batch({screen, columns}, base, {labelled, columns}, 12);
    EXPECT_EQ(batch, by_definition(screen, base, labelled, 12));
    auto best = base;
    std::sort(best.rbegin(), best.rend());
    EXPECT_LT(base[batch.back()], best[11]) << "novelty was to change the batch, or this test shows nothing";
}

TEST(SpreadBatch, TakesACopyOfALabelledRowOnlyWhenItsScoreIsTwentyTimesAsGood)
{
    // Rows 0 and 1 are copies of the labelled row: their novelty is 0 and their factor 0.05, against 1 for the far rows.
    const std::vector<float> screen = {0, 0, 0, 0, 0, 0, 5, 5, 5, -5, 5, 5, 5, -5, 5}, labelled = {0, 0, 0};
    EXPECT_EQ(spread_batch({screen, columns}, {19, 0, 1, 0.5, 0.5}, {labelled, columns}, 1), std::vector<std::size_t>{2});
    EXPECT_EQ(spread_batch({screen, columns}, {21, 0, 1, 0.5, 0.5}, {labelled, columns}, 1), std::vector<std::size_t>{0});
}

TEST(SpreadBatch, OfEqualScoresIsTheFarthestFirst)
{
    const std::vector<float> screen = {1, 0, 0, 2, 0, 0, 9, 0, 0, 3, 0, 0}, labelled = {0, 0, 0};
    EXPECT_EQ(spread_batch({screen, columns}, {0, 0, 0, 0}, {labelled, columns}, 4).front(), 2U);
}

TEST(Promising, AreTheRowsOfPositiveScoreUnlessTheyAreFewerThanABatch)
{
    const std::vector<double> score = {3, 1, 0.5, 0, -1, -2};
    EXPECT_EQ(promising(score, 2), 3U);
    EXPECT_EQ(promising(score, 3), 3U);
    EXPECT_EQ(promising(score, 4), 6U);
    EXPECT_EQ(promising(std::vector<double>{2, 1}, 1), 2U);
}

}  // namespace sluice::fusion
