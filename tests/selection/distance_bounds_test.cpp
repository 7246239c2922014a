#include "selection/distance_bounds.hpp"

#include "selection/squared_distance.hpp"
#include "support/draws.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sluice {

namespace {

using selection::DistanceBounds;

std::vector<float> drawn(std::uint64_t seed, std::size_t count, double scale, double offset)
{
    std::vector<float> values;
    for (const double v : test::normals(seed, count)) values.push_back(static_cast<float>(offset + scale * v));
    return values;
}

long double distance(const std::vector<float>& a, const std::vector<float>& b)
{
    long double squares = 0;
    for (std::size_t c = 0; c < a.size(); ++c) {
        const long double difference = static_cast<long double>(a[c]) - static_cast<long double>(b[c]);
        squares += difference * difference;
    }
    return std::sqrt(squares);
}

float computed(const std::vector<float>& a, const std::vector<float>& b)
{
    return selection::squared_distance(a.data(), b.data(), a.size());
}

struct Scale {
    std::size_t columns;
    double scale, offset;
};
constexpr Scale scales[] = {{1, 1, 0},      {5, 1, 1000},    {16, 1e-3, 1e4}, {128, 1, 0},  {128, 1e-16, 0},
                            {33, 1e-20, 0}, {33, 1e-30, 0}, {128, 1e18, 0},  {9, 3e19, 0}, {2000, 1, 5}};

}  // namespace

TEST(DistanceBounds, HoldForTrueDistances)
{
    for (const auto& s : scales) {
        const DistanceBounds bounds(s.columns);
        for (std::uint64_t seed = 1; seed <= 200; ++seed) {
            const auto a = drawn(2 * seed, s.columns, s.scale, s.offset), b = drawn(2 * seed + 1, s.columns, s.scale, s.offset);
            EXPECT_LE(static_cast<long double>(bounds.at_least(computed(a, b))), distance(a, b));
            EXPECT_GE(static_cast<long double>(bounds.at_most(computed(a, b))), distance(a, b));
            EXPECT_GE(static_cast<long double>(DistanceBounds::moved(a, b)), distance(a, b));
        }
    }
}

TEST(DistanceBounds, AreTight)
{
    const auto a = drawn(1, 128, 1, 3), b = drawn(2, 128, 1, 3);
    const DistanceBounds bounds(128);
    const auto d = static_cast<float>(distance(a, b));
    EXPECT_GT(bounds.at_least(computed(a, b)), d * (1 - 3e-6F));
    EXPECT_LT(bounds.at_most(computed(a, b)), d * (1 + 3e-6F));
    EXPECT_LT(bounds.beyond(d), d * (1 + 6e-6F));
    EXPECT_EQ(DistanceBounds::moved(a, a), 0);
}

/// What a bound excludes is farther as computed, too: here for points that differ by a few units of the last place.
TEST(DistanceBounds, ExcludeOnlyWhatIsComputedToBeFarther)
{
    int excluded = 0, kept = 0;
    for (const auto& s : scales) {
        const DistanceBounds bounds(s.columns);
        for (std::uint64_t seed = 1; seed <= 300; ++seed) {
            const auto x = drawn(3 * seed, s.columns, s.scale, s.offset), near = drawn(3 * seed + 1, s.columns, s.scale, s.offset);
            auto far = near;
            for (std::size_t c = 0; c < far.size(); ++c) far[c] += static_cast<float>(static_cast<double>(seed) * 1e-7) * (far[c] - x[c]);
            const auto true_distance = distance(x, far);
            if (true_distance > static_cast<long double>(bounds.at_most(computed(x, near)))) {
                EXPECT_GT(computed(x, far), computed(x, near));
                ++excluded;
            } else ++kept;
            const auto to_near = std::nextafter(static_cast<float>(distance(x, near)), INFINITY);
            if (true_distance > static_cast<long double>(bounds.beyond(to_near))) {
                EXPECT_GT(computed(x, far), computed(x, near));
            }
        }
    }
    EXPECT_GT(excluded, 500);
    EXPECT_GT(kept, 500);
}

/// Two points that move apart and together in many small steps.
TEST(DistanceBounds, FollowMoves)
{
    for (const double step : {1e-9, 1e-6, 1e-3, 0.3}) {
        const DistanceBounds bounds(24);
        const auto x = drawn(1, 24, 1, 100);
        auto centroid = drawn(2, 24, 1, 100);
        float lower = bounds.at_least(computed(x, centroid)), upper = bounds.at_most(computed(x, centroid));
        for (std::uint64_t pass = 0; pass < 300; ++pass) {
            auto next = centroid;
            const auto moves = drawn(10 + pass, 24, step, 0);
            for (std::size_t c = 0; c < next.size(); ++c) next[c] += moves[c];
            const float move = DistanceBounds::moved(centroid, next);
            lower = DistanceBounds::shorter(lower, move), upper = DistanceBounds::longer(upper, move);
            centroid = next;
            EXPECT_LE(static_cast<long double>(lower), distance(x, centroid));
            EXPECT_GE(static_cast<long double>(upper), distance(x, centroid));
            EXPECT_GE(lower, 0);
        }
    }
}

}  // namespace sluice
