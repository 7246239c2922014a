#include "fusion/fuse/pareto_front.hpp"

#include "fusion/random_points.hpp"

#include <algorithm>

namespace sluice::fusion {

namespace {

template <typename Targets>
class ParetoFront : public ::testing::Test {};
TYPED_TEST_SUITE(ParetoFront, test::TwoToFourTargets);

/// By comparing every pair.
template <std::size_t T>
Points<T> undominated(const Points<T>& points)
{
    Points<T> front;
    for (const auto& p : points) {
        if (std::none_of(points.begin(), points.end(), [&](const auto& q) { return q != p && covers(q, p); })) front.push_back(p);
    }
    std::sort(front.begin(), front.end());
    front.erase(std::unique(front.begin(), front.end()), front.end());
    return front;
}

}  // namespace

TYPED_TEST(ParetoFront, IsWhatNoOtherPointDominates)
{
    constexpr std::size_t T = TypeParam::value;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        for (const std::uint32_t levels : {0U, 2U, 4U, 8U}) {
            const auto points = test::random_points<T>(1 + 7 * seed, seed, levels);
            EXPECT_EQ(pareto_front(points), undominated(points)) << "seed " << seed << ", levels " << levels;
        }
    }
}

TYPED_TEST(ParetoFront, OfPartsJoinedIsTheFrontOfTheWhole)
{
    constexpr std::size_t T = TypeParam::value;
    const auto points = test::random_points<T>(1000, 3, 8);
    for (const std::size_t part : {1U, 13U, 400U, 1000U}) {
        Points<T> joined;
        for (std::size_t first = 0; first < points.size(); first += part) {
            const auto end = std::min(first + part, points.size());
            const auto front = pareto_front(Points<T>(points.begin() + static_cast<std::ptrdiff_t>(first), points.begin() + static_cast<std::ptrdiff_t>(end)));
            joined.insert(joined.end(), front.begin(), front.end());
        }
        EXPECT_EQ(pareto_front(joined), pareto_front(points)) << "parts of " << part;
    }
}

TYPED_TEST(ParetoFront, KeepsAFrontAndReducesEqualPointsToOne)
{
    constexpr std::size_t T = TypeParam::value;
    auto sphere = test::random_points<T>(200, 5, 0, 0.0);
    std::sort(sphere.begin(), sphere.end());
    EXPECT_EQ(pareto_front(sphere), sphere);
    EXPECT_EQ(pareto_front(Points<T>(9, sphere[0])), Points<T>{sphere[0]});
    EXPECT_TRUE(pareto_front(Points<T>()).empty());
}

}  // namespace sluice::fusion
