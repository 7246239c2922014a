#include "fusion/select/exploration.hpp"

#include "fusion/fit/out_of_bag.hpp"

#include <gtest/gtest.h>

namespace sluice::fusion {

namespace {

Surrogate surrogate(std::size_t target, double explained)
{
    Surrogate s;
    s.target = target;
    s.explained = explained;
    return s;
}

}  // namespace

TEST(Exploration, KnowsWhatTheBestFamilyOfEachTargetExplains)
{
    EXPECT_DOUBLE_EQ(explained_by_best({surrogate(0, 0.2), surrogate(0, 0.6), surrogate(1, 0.5), surrogate(1, -3)}, 2), 0.55);
    EXPECT_EQ(explained_by_best({surrogate(0, -0.4), surrogate(0, -2)}, 1), 0) << "worse than the mean is nothing";
}

TEST(Exploration, DrawsTheMoreTheLessIsKnownAfterTheMoreBatches)
{
    EXPECT_EQ(drawn_at_random(0, 0, 10), 0) << "the first batch is the surrogates'";
    EXPECT_EQ(drawn_at_random(0, 0.5, 10), 2);
    EXPECT_EQ(drawn_at_random(0, 1, 10), 3);
    EXPECT_EQ(drawn_at_random(0.6, 1, 10), 1);
    EXPECT_EQ(drawn_at_random(0.9, 1, 10), 0);
    EXPECT_EQ(drawn_at_random(0, 1, 1), 0) << "a batch of one row is the best one's";
    EXPECT_EQ(drawn_at_random(0, 1, 1000), 300);
}

TEST(ExplainedShare, IsOneMinusSquaresLeftOverSquares)
{
    EXPECT_NEAR(explained_share(std::vector<double>{0.1, -0.2, 0.4, 0, -0.1}, std::vector<double>{1, 2, 0, -1, 3}), 1 - 0.22 / 10, 1e-12);
    EXPECT_EQ(explained_share(std::vector<double>{0, 0}, std::vector<double>{2, 2}), 0) << "nothing to explain";
    EXPECT_LT(explained_share(std::vector<double>{3, -3}, std::vector<double>{0, 1}), 0);
}

}  // namespace sluice::fusion
