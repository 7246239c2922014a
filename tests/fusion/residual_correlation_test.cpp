#include "fusion/fuse/residual_correlation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::fusion {

TEST(ResidualCorrelation, IsPearsons)
{
    // x = (1, 2, 3, 4), y = (1, 3, 2, 4): covariance 1, variances 1.25. The third column is the first reversed and scaled.
    const std::vector<double> residuals{1, 1, -20, 2, 3, -40, 3, 2, -60, 4, 4, -80};
    const std::vector<double> expected{1, 0.8, -1, 0.8, 1, -0.8, -1, -0.8, 1};
    const auto correlation = residual_correlation(residuals, 3);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(correlation[i], expected[i], 1e-15);
}

TEST(ResidualCorrelation, OfAPerfectFitIsNoneButWithItself)
{
    EXPECT_EQ(residual_correlation(std::vector<double>{0, 1, 0, 2, 0, 4}, 2), (std::vector<double>{1, 0, 0, 1}));
    EXPECT_EQ(residual_correlation(std::vector<double>{0.5, 1}, 2), (std::vector<double>{1, 0, 0, 1})) << "one row";
}

TEST(ResidualCorrelation, LeavesOutRowsWithoutAResidual)
{
    const std::vector<double> known{1, 1, 2, 3, 3, 2, 4, 4}, some{1, 1, NAN, 7, 2, 3, 9, NAN, 3, 2, 4, 4};
    EXPECT_EQ(residual_correlation(some, 2), residual_correlation(known, 2));
    EXPECT_EQ(residual_correlation(std::vector<double>{NAN, 1, 2, NAN}, 2), (std::vector<double>{1, 0, 0, 1}));
}

TEST(ResidualCorrelation, IgnoresLocationAndSize)
{
    std::vector<double> residuals{0.1, 0.3, -0.2, 0.5, 0.7, -0.1, 0.2, 0.25};
    const double plain = residual_correlation(residuals, 2)[1];
    for (std::size_t i = 0; i < residuals.size(); i += 2) residuals[i] = 1000 + 1e-3 * residuals[i];
    EXPECT_NEAR(residual_correlation(residuals, 2)[1], plain, 1e-8);
}

}  // namespace sluice::fusion
