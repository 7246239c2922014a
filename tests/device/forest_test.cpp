#include "models/trees/forest_on_device.hpp"

#include "models/trees/forest.hpp"
#include "parallel/device_array.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::models {

/// Rounding after every tree or not, forests of different lengths, a tree that is a leaf, features on a threshold and features that are no numbers.
TEST(DeviceForests, GiveTheBitsOfFollowingEveryTree)
{
    RandomStream random(4, Purpose::random_score, 0, 0);
    const std::int64_t rows = 77, columns = 3;
    std::vector<Member> members;
    std::vector<Forest> forests;
    for (int m = 0; m < 4; ++m) {
        Forest forest{static_cast<float>(random.normal()), m % 2 == 0, {}};
        for (int t = 0; t < 5 + m; ++t) {
            const auto value = [&] { return static_cast<float>(random.normal()); };
            const auto column = [&] { return static_cast<std::int32_t>(random.below(3)); };
            forest.trees.push_back({{column(), 1, 4}, {column(), 2, 3}, {-1, value(), 0}, {-1, value(), 0}, {column(), 0, 6}, {-1, value(), 0}, {-1, value(), 0}});
        }
        forest.trees.push_back({{-1, value_at(forest, std::vector<float>(3, 0).data()) > 0 ? 1e-3F : 3e7F, 0}});
        forests.push_back(forest);
        members.push_back(to_member({forest}));
    }
    std::vector<float> x;
    for (std::int64_t i = 0; i < rows * columns; ++i) x.push_back(i % 50 == 7 ? std::nanf("") : static_cast<float>(random.below(4)));
    const auto features = parallel::to_device("test/x", std::span<const float>(x));
    const parallel::DeviceArray<float> predicted("test/predicted", static_cast<std::size_t>(rows * 4));
    forest_predictor_on_device(members, columns)(features.data(), rows, predicted.data());
    std::vector<float> out(predicted.size());
    parallel::to_host(predicted, std::span(out));
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::size_t m = 0; m < 4; ++m) EXPECT_EQ(out[static_cast<std::size_t>(i) * 4 + m], static_cast<float>(value_at(forests[m], x.data() + i * columns))) << i << ", " << m;
    }
}

}  // namespace sluice::models
