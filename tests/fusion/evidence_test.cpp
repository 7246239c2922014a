#include "fusion/fit/evidence.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::fusion {

namespace {

Surrogate with_log_score(std::size_t target, double score)
{
    Surrogate s;
    s.target = target;
    s.reliability.log_score = score;
    return s;
}

std::vector<Target> targets_of(std::size_t count, std::size_t rows)
{
    std::vector<Target> targets(count);
    for (auto& target : targets) target.merit.assign(rows, 0.0);
    return targets;
}

}  // namespace

TEST(RelativeEvidence, FallsByStandardErrorsOfTheLogDensity)
{
    const auto evidence = relative_evidence({with_log_score(0, -1.1), with_log_score(0, -1), with_log_score(0, -2)}, targets_of(1, 100));
    EXPECT_NEAR(evidence[0], std::exp(-1.0), 1e-12);
    EXPECT_EQ(evidence[1], 1);
    EXPECT_NEAR(evidence[2], std::exp(-10.0), 1e-15);
}

TEST(RelativeEvidence, IsOfEachTargetAlone)
{
    const auto evidence = relative_evidence({with_log_score(0, -5), with_log_score(1, 3), with_log_score(1, 2.5)}, targets_of(2, 16));
    EXPECT_EQ(evidence[0], 1);
    EXPECT_EQ(evidence[1], 1);
    EXPECT_NEAR(evidence[2], std::exp(-2.0), 1e-12);
}

TEST(RelativeEvidence, IsNoneForAFamilyWhosePredictionsAreNoNumbersUnlessAllAre)
{
    EXPECT_EQ(relative_evidence({with_log_score(0, -INFINITY), with_log_score(0, -1)}, targets_of(1, 9)), (std::vector<double>{0, 1}));
    EXPECT_EQ(relative_evidence({with_log_score(0, -INFINITY), with_log_score(0, -INFINITY)}, targets_of(1, 9)), (std::vector<double>{1, 1}));
}

TEST(RelativeEvidence, HardlyMattersWithFewRows)
{
    const auto few = relative_evidence({with_log_score(0, -1), with_log_score(0, -1.2)}, targets_of(1, 9)), many = relative_evidence({with_log_score(0, -1), with_log_score(0, -1.2)}, targets_of(1, 900));
    EXPECT_GT(few[1], .5);
    EXPECT_LT(many[1], .01);
}

}  // namespace sluice::fusion
