#include "fusion/fit/resampling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sluice::fusion {

TEST(DrawWeighted, FollowsTheWeights)
{
    RandomStream random(1, Purpose::search_sample, 0, 0);
    const std::vector<double> weight = {1, 0, 3, 0};
    constexpr int count = 40000;
    std::map<std::int64_t, int> seen;
    for (const auto row : draw_weighted(weight, count, random)) ++seen[row];
    EXPECT_EQ(seen.count(1) + seen.count(3), 0U);
    EXPECT_NEAR(seen[0], count * 0.25, 5 * std::sqrt(count * 0.25 * 0.75));
}

TEST(Softened, StaysBetweenUniformAndBiased)
{
    const std::vector<double> biased = {0.7, 0.3, 0, 0};
    for (std::uint64_t i = 0; i < 50; ++i) {
        RandomStream random(1, Purpose::search_sample, 0, i);
        const auto weight = softened(biased, 0.6, random);
        const double omega = (weight[2] - biased[2]) / 0.25;
        EXPECT_GE(omega, 0.6);
        EXPECT_LT(omega, 1);
        EXPECT_NEAR(weight[0], omega * 0.25 + (1 - omega) * 0.7, 1e-12);
    }
}

TEST(DrawFolds, KeepsCopiesTogetherOnlyWhenGrouped)
{
    const models::Bootstrap sample = {3, 3, 3, 1, 2, 2, 7, 8, 8, 9, 4, 5};
    bool split = false;
    for (std::uint64_t i = 0; i < 20; ++i) {
        RandomStream grouped_draws(5, Purpose::search_folds, 0, i), plain_draws(5, Purpose::search_folds, 0, i);
        for (const bool grouped : {true, false}) {
            const auto folds = draw_folds(sample, grouped, grouped ? grouped_draws : plain_draws);
            ASSERT_EQ(folds.size(), 5U);
            models::Bootstrap all;
            for (const auto& fold : folds) {
                EXPECT_EQ(fold.train.size() + fold.test.size(), sample.size());
                all.insert(all.end(), fold.test.begin(), fold.test.end());
                const std::set<std::int64_t> train(fold.train.begin(), fold.train.end());
                const bool meets = std::any_of(fold.test.begin(), fold.test.end(), [&](std::int64_t row) { return train.contains(row); });
                if (grouped) {
                    EXPECT_FALSE(meets);
                } else {
                    split = split || meets;
                }
            }
            auto expected = sample;
            std::sort(expected.begin(), expected.end());
            std::sort(all.begin(), all.end());
            EXPECT_EQ(all, expected) << "every place is tested once";
        }
    }
    EXPECT_TRUE(split);
}

}  // namespace sluice::fusion
