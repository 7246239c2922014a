#include "acquisition/variance.hpp"

#include "support/predictions.hpp"

#include <gtest/gtest.h>

namespace sluice::acquisition {

TEST(Variance, IsThePopulationVarianceSummedOverTargets)
{
    const auto p = test::predictions({{{1, 0}, {2, 0}, {3, 6}}, {{5, 1}, {5, 1}, {5, 1}}}, 1);
    std::vector<double> scores(3);
    scores[2] = 77;
    variance(p, scores);
    EXPECT_DOUBLE_EQ(scores[0], 2.0 / 3 + 8);
    EXPECT_EQ(scores[1], 0);
    EXPECT_EQ(scores[2], 77) << "a row that is not meant";
}

TEST(Variance, OfLargeValuesThatLieCloseIsNotLost)
{
    // A mean of squares minus a squared mean would keep no digit in single precision, and few in double.
    std::vector<double> scores(1);
    variance(test::predictions({{{8388608}, {8388609}, {8388610}, {8388611}}}), scores);
    EXPECT_DOUBLE_EQ(scores[0], 1.25);
}

TEST(Variance, OfADistributionIsItsOwn)
{
    auto p = test::predictions({{{1, 0}, {2, 0.5F}}});
    p.form = models::Form::moments;
    std::vector<double> scores(1);
    variance(p, scores);
    EXPECT_EQ(scores[0], 2.5);
}

}  // namespace sluice::acquisition
