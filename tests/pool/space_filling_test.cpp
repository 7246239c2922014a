#include "pool/space_filling.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice::pool {

TEST(LatinHypercube, HasOnePointInEachStratumOfEachColumn)
{
    const Domain domain{{-1, 0, 10}, {1, 5, 20}};
    constexpr int count = 17;
    const auto points = latin_hypercube(domain, count, 3);
    ASSERT_EQ(points.size(), 3U * count);
    for (std::size_t c = 0; c < 3; ++c) {
        std::set<int> strata;
        for (std::size_t i = 0; i < count; ++i) {
            const double fraction = (static_cast<double>(points[i * 3 + c]) - domain.lower[c]) / (domain.upper[c] - domain.lower[c]);
            strata.insert(static_cast<int>(fraction * count));
        }
        EXPECT_EQ(strata.size(), static_cast<std::size_t>(count));
        EXPECT_EQ(*strata.begin(), 0);
        EXPECT_EQ(*strata.rbegin(), count - 1);
    }
    EXPECT_NE(points, latin_hypercube(domain, count, 4));
}

/// A scrambled Sobol sequence keeps the net: 2^m points have one in each of 2^m equal intervals of every column, and its two first columns one in each of
/// 2^m equal boxes, whatever their shape.
TEST(ScrambledSobol, IsANet)
{
    constexpr std::int64_t columns = 20, count = 256;
    const auto points = scrambled_sobol(columns, count, 11, 2);
    ASSERT_EQ(points.size(), static_cast<std::size_t>(columns * count));
    for (std::int64_t c = 0; c < columns; ++c) {
        std::set<int> intervals;
        for (std::int64_t i = 0; i < count; ++i) intervals.insert(static_cast<int>(points[static_cast<std::size_t>(i * columns + c)] * count));
        EXPECT_EQ(intervals.size(), static_cast<std::size_t>(count)) << "column " << c;
    }
    for (int wide = 1; wide <= count; wide *= 2) {
        std::set<std::pair<int, int>> boxes;
        for (std::int64_t i = 0; i < count; ++i) {
            const auto* p = points.data() + i * columns;
            boxes.emplace(static_cast<int>(p[0] * static_cast<float>(wide)), static_cast<int>(p[1] * static_cast<float>(count / wide)));
        }
        EXPECT_EQ(boxes.size(), static_cast<std::size_t>(count)) << wide;
    }
}

TEST(ScrambledSobol, DiffersBetweenSeedsAndIterationsAndRepeatsItself)
{
    const auto points = scrambled_sobol(3, 9, 1, 1);
    EXPECT_EQ(points, scrambled_sobol(3, 9, 1, 1));
    EXPECT_NE(points, scrambled_sobol(3, 9, 1, 2));
    EXPECT_NE(points, scrambled_sobol(3, 9, 2, 1));
    EXPECT_TRUE(scrambled_sobol(3, 0, 1, 1).empty());
    for (const float p : points) EXPECT_TRUE(0 <= p && p < 1);
}

}  // namespace sluice::pool
