#include "fusion/fuse/hypervolume.hpp"

#include "fusion/fuse/pareto_front.hpp"
#include "fusion/random_points.hpp"

#include <algorithm>
#include <numbers>

namespace sluice::fusion {

namespace {

template <typename Targets>
class Hypervolume : public ::testing::Test {};
TYPED_TEST_SUITE(Hypervolume, test::TwoToFourTargets);

/// By inclusion and exclusion over all subsets of the points.
template <std::size_t T>
double volume_of_union(const Points<T>& points, const Point<T>& reference)
{
    double total = 0;
    for (std::uint32_t subset = 1; subset < (1U << points.size()); ++subset) {
        double box = -1;
        for (std::size_t t = 0; t < T; ++t) {
            double corner = -INFINITY;
            for (std::size_t i = 0; i < points.size(); ++i) {
                if ((subset >> i & 1U) != 0) corner = std::max(corner, points[i][t]);
            }
            box *= std::max(0.0, reference[t] - corner);
        }
        for (std::size_t i = 0; i < points.size(); ++i) {
            if ((subset >> i & 1U) != 0) box = -box;
        }
        total += box;
    }
    return total;
}

}  // namespace

TEST(HypervolumeExample, MatchesTheTutorialOfPygmo)
{
    // pygmo 2, "Computing hypervolumes": hypervolume([[1,0],[0.5,0.5],[0,1],[1.5,0.75]]) with reference (2, 2); the fourth point is dominated.
    const Points<2> points{{1, 0}, {0.5, 0.5}, {0, 1}, {1.5, 0.75}};
    EXPECT_EQ(hypervolume(points, {2, 2}), 3.25);
    EXPECT_EQ(exclusive_contributions(pareto_front(points), {2, 2}), (std::vector<double>{0.5, 0.25, 0.5}));
}

TYPED_TEST(Hypervolume, EqualsInclusionAndExclusion)
{
    constexpr std::size_t T = TypeParam::value;
    auto reference = test::reference_point<T>();
    reference[0] = -0.4;  // some points lie outside
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        for (const std::uint32_t levels : {0U, 3U, 8U}) {
            const auto points = test::random_points<T>(1 + seed % 9, seed, levels);
            EXPECT_NEAR(hypervolume(points, reference), volume_of_union(points, reference), 1e-12) << "seed " << seed << ", levels " << levels;
        }
    }
}

TYPED_TEST(Hypervolume, OfASphereOctantApproachesItsComplement)
{
    // What points on the negative octant of the unit sphere dominate within the origin fills the octant of the ball, but for the gaps between points.
    constexpr std::size_t T = TypeParam::value;
    const double octant = std::array{std::numbers::pi / 4, std::numbers::pi / 6, std::numbers::pi * std::numbers::pi / 32}[T - 2];
    auto points = test::random_points<T>(T == 4 ? 400 : 2000, 1, 0, 0.0);
    Point<T> reference;
    reference.fill(0);
    EXPECT_GT(hypervolume(points, reference), 0);
    EXPECT_LT(hypervolume(points, reference), octant);
    EXPECT_NEAR(hypervolume(points, reference), octant, T == 2 ? 0.002 : T == 3 ? 0.03 : 0.1);
}

TYPED_TEST(Hypervolume, ContributionsAreWhatIsLostWithEachMember)
{
    constexpr std::size_t T = TypeParam::value;
    const auto reference = test::reference_point<T>();
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
        for (const std::uint32_t levels : {0U, 4U, 8U, 64U}) {
            const auto front = pareto_front(test::random_points<T>(1 + 3 * seed, seed, levels));
            const auto contribution = exclusive_contributions(front, reference);
            ASSERT_EQ(contribution.size(), front.size());
            for (std::size_t i = 0; i < front.size(); ++i) {
                auto others = front;
                others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
                EXPECT_NEAR(contribution[i], hypervolume(front, reference) - hypervolume(others, reference), 1e-12) << "seed " << seed << ", levels " << levels;
            }
        }
    }
}

TYPED_TEST(Hypervolume, OfOnePointIsItsBox)
{
    constexpr std::size_t T = TypeParam::value;
    Point<T> point, reference;
    point.fill(-0.5);
    reference.fill(0);
    EXPECT_EQ(hypervolume(Points<T>{point, point}, reference), std::pow(0.5, T));
    EXPECT_EQ(exclusive_contributions(Points<T>{point}, reference), std::vector<double>{std::pow(0.5, T)});
    EXPECT_EQ(hypervolume(Points<T>{reference}, reference), 0) << "on the border";
    EXPECT_EQ(hypervolume(Points<T>(), reference), 0);
}

TEST(HypervolumeTargets, OtherNumbersAreRefused)
{
    EXPECT_THROW(with_targets(5, [](auto) {}), Error);
}

}  // namespace sluice::fusion
