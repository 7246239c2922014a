#include "models/neighbours/nearest_on_device.hpp"

#include "base/random.hpp"
#include "parallel/device_array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::models {

/// Distances that tie, that are negative by rounding, infinite or no numbers; members that have drawn fewer rows than there are places.
TEST(DeviceNeighbours, AreThoseOfASortByDistanceThenRow)
{
    constexpr std::size_t rows = 60, labelled = 25, members = 3, lanes = 4, targets = 2;
    RandomStream random(6, Purpose::random_score, 0, 0);
    std::vector<float> distances;
    for (std::size_t i = 0; i < rows * labelled; ++i) {
        const auto draw = random.below(12);
        distances.push_back(draw == 11 ? INFINITY : draw == 10 && i % labelled == 3 ? std::nanf("") : static_cast<float>(draw) - 1);
    }
    std::vector<double> times(labelled * lanes, 0), y;
    for (std::size_t row = 0; row < labelled; ++row) {
        for (std::size_t m = 0; m < members; ++m) times[row * lanes + m] = m == 2 ? (row == 20 ? 2 : 0) : random.below(3);
        for (std::size_t t = 0; t < targets; ++t) y.push_back(random.normal());
    }
    const auto on_device = parallel::to_device("test/distances", std::span<const float>(distances));
    for (const std::int64_t k : {1, 4, 1000}) {
        const parallel::DeviceArray<float> averages("test/averages", rows * members * targets);
        average_nearest_on_device(times, lanes, y, members, k)(on_device.data(), rows, averages.data());
        std::vector<float> out(averages.size());
        parallel::to_host(averages, std::span(out));
        for (std::size_t i = 0; i < rows; ++i) {
            std::vector<std::size_t> order(labelled);
            std::iota(order.begin(), order.end(), 0U);
            const auto distance = [&](std::size_t row) { return std::isnan(distances[i * labelled + row]) ? INFINITY : distances[i * labelled + row]; };
            std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
            for (std::size_t m = 0; m < members; ++m) {
                for (std::size_t t = 0; t < targets; ++t) {
                    double left = static_cast<double>(k), sum = 0;
                    for (const auto row : order) {
                        const double taken = std::min(left, times[row * lanes + m]);
                        sum += taken * y[row * targets + t];
                        left -= taken;
                    }
                    EXPECT_EQ(out[(i * members + m) * targets + t], static_cast<float>(sum / (static_cast<double>(k) - left))) << i << ", " << m << ", k " << k;
                }
            }
        }
    }
}

}  // namespace sluice::models
