#include "fusion/fuse/box_decomposition.hpp"

#include "fusion/fuse/hypervolume.hpp"
#include "fusion/fuse/pareto_front.hpp"
#include "fusion/random_points.hpp"

#include <algorithm>

namespace sluice::fusion {

namespace {

template <typename Targets>
class BoxDecomposition : public ::testing::Test {};
TYPED_TEST_SUITE(BoxDecomposition, test::TwoToFourTargets);

template <std::size_t T>
bool holds(const Boxes<T>& boxes, std::size_t box, const Point<T>& x)
{
    for (std::size_t t = 0; t < T; ++t) {
        if (x[t] < boxes.lower[t][box] || x[t] >= boxes.upper[t][box]) return false;
    }
    return true;
}

}  // namespace

TYPED_TEST(BoxDecomposition, ImprovementIsTheDifferenceOfHypervolumes)
{
    // specs: fusion, section 18, check 8.
    constexpr std::size_t T = TypeParam::value;
    const auto reference = test::reference_point<T>();
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
        for (const std::uint32_t levels : {0U, 2U, 4U, 8U}) {
            const auto front = pareto_front(test::random_points<T>(2 * seed, seed, levels));
            const auto boxes = undominated_boxes(front, reference);
            for (auto z : test::random_points<T>(20, 1000 + seed, levels, 0.6)) {
                z[seed % T] += seed % 3 == 0 ? 0.25 : 0;  // some lie outside the reference
                auto joined = front;
                joined.push_back(z);
                EXPECT_NEAR(hypervolume_improvement(boxes, z), hypervolume(joined, reference) - hypervolume(front, reference), 1e-12)
                    << "seed " << seed << ", levels " << levels;
            }
        }
    }
}

TYPED_TEST(BoxDecomposition, CoversEveryUndominatedPointOnceAndNoOther)
{
    constexpr std::size_t T = TypeParam::value;
    const auto reference = test::reference_point<T>();
    for (const std::uint32_t levels : {0U, 4U}) {
        const auto front = pareto_front(test::random_points<T>(40, 7, levels));
        const auto boxes = undominated_boxes(front, reference);
        for (const auto& x : test::random_points<T>(500, 8, 4 * levels, 0.6)) {
            std::size_t boxes_here = 0;
            for (std::size_t b = 0; b < boxes.count(); ++b) boxes_here += holds(boxes, b, x) ? 1 : 0;
            const bool dominated = std::any_of(front.begin(), front.end(), [&](const auto& p) { return covers(p, x); });
            EXPECT_EQ(boxes_here, dominated ? 0 : 1);
        }
    }
}

TYPED_TEST(BoxDecomposition, HasAsFewBoxesAsTheTheorySays)
{
    // Klamroth, Lacour and Vanderpooten 2015: k + 1 local upper bounds for two objectives, 2 k + 1 for three, for points that share no coordinate.
    constexpr std::size_t T = TypeParam::value;
    const auto front = pareto_front(test::random_points<T>(40, 2, 0, 0.0));
    ASSERT_EQ(front.size(), 40);
    const auto count = undominated_boxes(front, test::reference_point<T>()).count();
    if constexpr (T < 4) {
        EXPECT_EQ(count, T == 2 ? 41 : 81);
    } else {
        EXPECT_LT(count, 40 * 40 / 2);
    }
}

TYPED_TEST(BoxDecomposition, OfNoPointIsTheWholeRegion)
{
    constexpr std::size_t T = TypeParam::value;
    Point<T> z, reference;
    z.fill(-2);
    reference.fill(1);
    EXPECT_EQ(hypervolume_improvement(undominated_boxes(Points<T>(), reference), z), std::pow(3.0, T));
}

}  // namespace sluice::fusion
