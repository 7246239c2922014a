#include "acquisition/upper_confidence_bound.hpp"

#include "support/predictions.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::acquisition {

TEST(UpperConfidenceBound, IsMeanPlusKappaDeviationsSummedOverTargets)
{
    // Row 0: means 2 and 2, population variances 2/3 and 8. Row 1: the members agree.
    const auto p = test::predictions({{{1, 0}, {2, 0}, {3, 6}}, {{-4, 1}, {-4, 1}, {-4, 1}}}, 1);
    std::vector<double> scores(3);
    scores[2] = 77;
    upper_confidence_bound(p, 0.5, scores);
    EXPECT_DOUBLE_EQ(scores[0], 4 + 0.5 * (std::sqrt(2.0 / 3) + std::sqrt(8.0)));
    EXPECT_DOUBLE_EQ(scores[1], -3);
    EXPECT_EQ(scores[2], 77) << "a row that is not meant";
    upper_confidence_bound(p, 0, scores);
    EXPECT_DOUBLE_EQ(scores[0], 4);
}

TEST(UpperConfidenceBound, ReadsKappaFromItsOptions)
{
    const auto* registered = ScoreRegistration::all().at("ucb");
    Options options(registered->options);
    options.set(registered->options.at(0), 3.0);
    const auto score = registered->make(options);
    EXPECT_TRUE(score.needs_model);
    std::vector<double> scores(1);
    score.evaluate(test::predictions({{{1}, {5}}}), {}, scores);
    EXPECT_DOUBLE_EQ(scores[0], 3 + 3 * 2);
}

}  // namespace sluice::acquisition
