#include "benchmark/steps.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::benchmark {

TEST(BatchDiversity, IsTheMeanDistanceToTheNearestOtherRow)
{
    const std::vector<float> x = {0, 0, 3, 4, 0, 1};  // distances 5, 1 and sqrt(18): nearest 1, sqrt(18), 1
    EXPECT_DOUBLE_EQ(batch_diversity(x, 2), (1 + std::sqrt(18.0) + 1) / 3);
}

TEST(BatchDiversity, OfEqualRowsIsNoneAndOfOneRowUnknown)
{
    EXPECT_EQ(batch_diversity(std::vector<float>{1, 2, 1, 2}, 2), 0);
    EXPECT_TRUE(std::isnan(batch_diversity(std::vector<float>{1, 2}, 2)));
    EXPECT_TRUE(std::isnan(batch_diversity({}, 2)));
}

}  // namespace sluice::benchmark
