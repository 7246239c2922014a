#include "acquisition/mse_oracle.hpp"

#include "support/predictions.hpp"

#include <gtest/gtest.h>

namespace sluice::acquisition {

TEST(MseOracle, IsTheSquaredErrorOfTheMeanPredictionOverTargets)
{
    const auto p = test::predictions({{{1, 0}, {2, 0}, {3, 6}}, {{5, 1}, {5, 1}, {5, 1}}}, 1);
    std::vector<double> scores(3, 77);
    squared_error(p, std::vector<double>{2.5, 2, 5, -3}, scores);
    EXPECT_DOUBLE_EQ(scores[0], 0.25 / 2);
    EXPECT_DOUBLE_EQ(scores[1], 16.0 / 2);
    EXPECT_EQ(scores[2], 77) << "a row that is not meant";
}

TEST(MseOracle, OfADistributionTakesItsMean)
{
    auto p = test::predictions({{{1, 0}, {2, 0.5F}}});
    p.form = models::Form::moments;
    std::vector<double> scores(1);
    squared_error(p, std::vector<double>{3, 0}, scores);
    EXPECT_DOUBLE_EQ(scores[0], 2);
}

}  // namespace sluice::acquisition
