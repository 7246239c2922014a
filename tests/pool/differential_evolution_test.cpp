#include "pool/differential_evolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::pool {

namespace {

const Domain box{{-3, -3, -3, -3, -3}, {1, 1, 1, 1, 1}};

/// Largest at (0.5, 0.5, ...).
double peak(const float* x)
{
    double sum = 0;
    for (int c = 0; c < 5; ++c) sum -= std::pow(static_cast<double>(x[c]) - 0.5, 2);
    return sum;
}

void peaks(const std::vector<float>& points, std::int64_t, std::vector<double>& merit)
{
    for (std::size_t i = 0; i < merit.size(); ++i) merit[i] = peak(points.data() + 5 * i);
}

}  // namespace

TEST(DifferentialEvolution, FindsThePeakOfASmoothFunction)
{
    const auto found = differential_evolution(box, {50, 200, 10}, {}, peaks, {1, 1, 0});
    ASSERT_EQ(found.size(), 50U);
    EXPECT_GT(peak(found.data()), -1e-4);
}

TEST(DifferentialEvolution, KeepsTheBestOfAllThatWereTriedOrOfTheLastPopulation)
{
    std::vector<double> tried;
    const Merit watched = [&](const std::vector<float>& points, std::int64_t generation, std::vector<double>& merit) {
        peaks(points, generation, merit);
        if (generation > 0) tried.insert(tried.end(), merit.begin(), merit.end());
    };
    const auto found = differential_evolution(box, {20, 30, 400}, {}, watched, {7, 1, 3});
    ASSERT_EQ(found.size(), 400U * 5);
    ASSERT_EQ(tried.size(), 600U);
    std::sort(tried.begin(), tried.end(), std::greater<>());
    for (std::size_t i = 0; i < 400; ++i) EXPECT_EQ(peak(found.data() + 5 * i), tried[i]);

    EXPECT_EQ(differential_evolution(box, {20, 30, 399}, {}, peaks, {7, 1, 3}).size(), 20U * 5) << "too few are wanted to keep more than the population";
}

TEST(DifferentialEvolution, StaysInTheBoxAndDependsOnItsKeyAlone)
{
    // The merit pulls towards a corner, so that many mutants leave the box.
    const Merit corner = [](const std::vector<float>& points, std::int64_t, std::vector<double>& merit) {
        for (std::size_t i = 0; i < merit.size(); ++i) merit[i] = static_cast<double>(points[5 * i] - points[5 * i + 1]);
    };
    const auto found = differential_evolution(box, {20, 40, 800}, {}, corner, {1, 2, 3});
    for (const float x : found) EXPECT_TRUE(-3 <= x && x <= 1);
    EXPECT_EQ(found, differential_evolution(box, {20, 40, 800}, {}, corner, {1, 2, 3}));
    EXPECT_NE(found, differential_evolution(box, {20, 40, 800}, {}, corner, {1, 2, 4}));
    EXPECT_NE(found, differential_evolution(box, {20, 40, 800}, {}, corner, {1, 3, 3}));
}

/// Where merits fall from generation to generation, no child is ever as good as its parent was at birth.
TEST(DifferentialEvolution, SurvivorsKeepTheMeritTheyWereBornWith)
{
    std::vector<float> first;
    std::size_t asked = 0;
    const Merit falling = [&](const std::vector<float>& points, std::int64_t generation, std::vector<double>& merit) {
        if (generation == 0) first = points;
        asked += merit.size();
        std::fill(merit.begin(), merit.end(), -static_cast<double>(generation));
    };
    EXPECT_EQ(differential_evolution(box, {10, 5, 10}, {}, falling, {1, 1, 1}), first);
    EXPECT_EQ(asked, 60U);
}

TEST(DifferentialEvolution, BeginsWithThePointsThatItIsGiven)
{
    std::vector<float> first;
    const Merit watched = [&](const std::vector<float>& points, std::int64_t generation, std::vector<double>& merit) {
        if (generation == 0) first = points;
        peaks(points, generation, merit);
    };
    const std::vector<float> starts = {0.5F, 0.5F, 0.5F, 0.5F, 0.5F, -3, -3, -3, -3, -3};
    const auto found = differential_evolution(box, {10, 20, 10}, starts, watched, {1, 1, 1});
    EXPECT_TRUE(std::equal(starts.begin(), starts.end(), first.begin()));
    EXPECT_TRUE(std::equal(found.begin(), found.begin() + 5, starts.begin())) << "nothing is better than the peak";
}

}  // namespace sluice::pool
