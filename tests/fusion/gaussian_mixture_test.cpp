#include "fusion/clustering/gaussian_mixture.hpp"

#include "fusion/clustering_golden.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::fusion {

TEST(GaussianMixture, AgreesWithScikitLearnFromTheSameStart)
{
    for (const auto& [name, rows, found] : test::clustering_golden()) {
        const auto& expected = found.at("mixture");
        const auto mixture = gaussian_mixture(rows, expected.at("start").get<std::vector<std::int32_t>>(), 5);
        ASSERT_TRUE(mixture) << name;
        const double likelihood = expected.at("log_likelihood");
        EXPECT_NEAR(mixture->log_likelihood, likelihood, 1e-6 * std::max(1.0, std::abs(likelihood))) << name;
        EXPECT_EQ(mixture->iterations, expected.at("iterations")) << name;
        EXPECT_EQ(mixture->label, expected.at("labels").get<std::vector<std::int32_t>>()) << name;
        EXPECT_EQ(most_probable(*mixture, rows), mixture->label) << name;
    }
}

TEST(GaussianMixture, OfOneComponentIsTheNormalDistribution)
{
    // Mean 2, variance 5, plus 1e-6: log-likelihood -(ln 2 pi (5 + 1e-6) + 5 / (5 + 1e-6)) / 2.
    const std::vector<float> values = {-1, 1, 3, 5};
    const auto mixture = gaussian_mixture(Rows(Points{values, 1}), std::vector<std::int32_t>{0, 0, 0, 0}, 1);
    ASSERT_TRUE(mixture);
    const double variance = 5 + 1e-6;
    EXPECT_NEAR(mixture->log_likelihood, -0.5 * (std::log(2 * M_PI * variance) + 5 / variance), 1e-12);
}

TEST(GaussianMixture, ThatCollapsesIsNothing)
{
    // A variance of 1e32 in one direction: the 1e-6 of the others is lost to rounding.
    std::vector<float> values;
    for (int i = 0; i < 30; ++i) values.insert(values.end(), {1e16F * static_cast<float>(i), 1e16F * static_cast<float>(i), 1.0F});
    EXPECT_FALSE(gaussian_mixture(Rows(Points{values, 3}), std::vector<std::int32_t>(30, 0), 1));
}

}  // namespace sluice::fusion
