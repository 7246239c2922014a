#include "fusion/fit/out_of_bag.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::fusion {

TEST(GoldenStudentDensity, ApproachesTheNormalAndKeepsItsVariance)   // specs/fusion.md, section 18, check 5
{
    for (const double x : {0.0, 0.3, -1.7}) {
        EXPECT_NEAR(student_log_density(x, 1000, 0.8 * std::sqrt(998.0 / 1000)), -0.5 * std::log(2 * M_PI * 0.64) - 0.5 * x * x / 0.64, 5e-3);
    }
    for (const double nu : {4.0, 5.0, 7.0, 30.0}) {
        const double sigma = 1.3, scale = sigma * std::sqrt((nu - 2) / nu);
        double mass = 0, variance = 0;  // x = tan(u): the tails are long
        constexpr int steps = 400000;
        for (int i = 0; i < steps; ++i) {
            const double u = M_PI * ((i + 0.5) / steps - 0.5), x = std::tan(u), weight = std::exp(student_log_density(x, nu, scale)) * (1 + x * x) * M_PI / steps;
            mass += weight;
            variance += weight * x * x;
        }
        EXPECT_NEAR(mass, 1, 1e-6) << nu;
        EXPECT_NEAR(variance, sigma * sigma, 2e-3) << nu;
    }
}

TEST(MemberQuality, EqualsTheDefinitions)
{
    const std::vector<double> residual = {0.1, -0.2, 0.4, 0, -0.1}, truth = {1, 2, 0, -1, 3};
    const auto quality = member_quality(residual, truth);
    EXPECT_EQ(quality.rows, 5);
    EXPECT_NEAR(quality.r2, 1 - 0.22 / (10 + 1e-4), 1e-12);
    EXPECT_NEAR(quality.variance, (0.22 - 5 * 0.04 * 0.04) / 4, 1e-12);
    EXPECT_NEAR(quality.robust_variance, std::pow(0.1 / 0.67448975, 2), 1e-12) << "median 0, absolute deviations 0, 0.1, 0.1, 0.2, 0.4";
}

TEST(MemberQuality, HandlesOneRowAndEqualTruths)
{
    const auto one = member_quality(std::vector<double>{0.5}, std::vector<double>{1.0});
    EXPECT_EQ(one.variance, 0);
    EXPECT_EQ(one.r2, 1e-8) << "no spread";
    EXPECT_TRUE(std::isfinite(one.log_score));
    const auto perfect = member_quality(std::vector<double>{0, 0, 0}, std::vector<double>{1, 2, 3});
    EXPECT_NEAR(perfect.r2, 1, 1e-12);
    EXPECT_EQ(perfect.robust_variance, 0);
}

TEST(Reliability, AveragesOverMembers)
{
    const std::vector<MemberQuality> members = {{.r2 = 0.8, .log_score = 2, .variance = 0.3, .robust_variance = 0.1, .rows = 4},
                                                {.r2 = 0.4, .log_score = -1, .variance = 0.5, .robust_variance = 0.4, .rows = 2}};
    const auto r = reliability(members);
    EXPECT_NEAR(r.r2, 0.6, 1e-12);
    EXPECT_NEAR(r.accuracy, 0.6 - 0.01 * 0.2 * 2, 1e-12);
    EXPECT_NEAR(r.log_score, 1.0 / 6, 1e-12);
    EXPECT_NEAR(r.calibration, std::exp(1.0 / 6 - 1), 1e-12);
    EXPECT_NEAR(r.noise, (4 * 0.1 + 2 * 0.4) / 6, 1e-12);
}

TEST(Residuals, TakeOnlyRowsThatAMemberHasNotSeen)
{
    const std::vector<double> truth = {1, 2, 3};
    const std::vector<float> predicted = {1, 0, 1, 1, 3, 2};  // [rows, members]
    const std::vector<models::Bootstrap> bootstraps = {{0, 0, 2}, {0, 1, 2}};
    const auto result = residuals(truth, predicted, bootstraps);
    EXPECT_EQ(result.members[0].rows, 1);
    EXPECT_EQ(result.members[1].rows, 3) << "nothing is out of bag: all rows stand in";
    EXPECT_EQ(result.mean, (std::vector<double>{0.5, 1, 0.5}));
    EXPECT_EQ(result.out_of_bag_mean, (std::vector<double>{1, 1, 1}));
}

}  // namespace sluice::fusion
