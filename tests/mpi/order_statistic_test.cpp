#include "pool/order_statistic.hpp"

#include "base/random.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

using test::ranks;

/// Deals values to the ranks in turn and compares every order statistic with a sorted copy.
void expect_sorted(std::vector<double> values, int first_rank = 0)
{
    std::vector<double> own;
    const int sharing = ranks().size() - first_rank;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (ranks().rank() == first_rank + static_cast<int>(i) % sharing) own.push_back(values[i]);
    }
    std::sort(values.begin(), values.end());
    for (std::size_t k = 0; k < values.size(); ++k) EXPECT_EQ(pool::order_statistic(own, static_cast<std::int64_t>(k), ranks()), values[k]) << "rank " << k;
}

}  // namespace

TEST(OrderStatistic, EqualsTheSortedValue)
{
    std::vector<double> values;
    RandomStream random(1, Purpose::random_score, 0, 0);
    for (int i = 0; i < 60; ++i) values.push_back(random.normal() * std::pow(10, static_cast<int>(random.below(40)) - 20));
    expect_sorted(values);
}

TEST(OrderStatistic, HoldsAmongTies)
{
    expect_sorted({2, 1, 2, 2, -3, 1, 2, -3, -3, 2});
    expect_sorted(std::vector<double>(9, -0.25));
}

TEST(OrderStatistic, TellsNeighbouringNumbersApart)
{
    expect_sorted({1, std::nextafter(1.0, 2.0), std::nextafter(1.0, 0.0), -1, std::nextafter(-1.0, -2.0), 5e-324, -5e-324, 0});
}

TEST(OrderStatistic, TakesBothZerosForEqual)
{
    const double zero = pool::order_statistic(ranks().is_root() ? std::vector<double>{0.0, -0.0, -0.0, 1, -1} : std::vector<double>(), 1, ranks());
    EXPECT_FALSE(std::signbit(zero)) << "the same bits, whichever zero comes first";
    expect_sorted({0.0, -0.0, 0.0, -0.0, 3, -3});
}

TEST(OrderStatistic, OrdersInfinitiesAndTheLargestNumbers)
{
    expect_sorted({INFINITY, -INFINITY, 1.7976931348623157e308, -1.7976931348623157e308, 0, INFINITY, -INFINITY});
}

TEST(OrderStatistic, LetsRanksHaveNothing)
{
    expect_sorted({4}, 0);
    expect_sorted({5, 3, 4, 4}, ranks().size() - 1);
}

}  // namespace sluice
