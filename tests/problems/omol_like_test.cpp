#include "problems/omol_like.hpp"

#include "problems/problem.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <algorithm>

namespace sluice {

namespace {

using problems::OmolLike;
using problems::Population;

problems::Simulator omol_like()
{
    return *problems::ProblemRegistration::all().at("omol-like")->make({}).simulator;
}

}  // namespace

TEST(OmolLike, HasClustersOfPositiveWeight)
{
    const auto system = problems::draw_omol_like(7);
    EXPECT_TRUE(std::is_sorted(system.cumulative_weight.begin(), system.cumulative_weight.end()));
    EXPECT_GT(system.cumulative_weight.front(), 0);
    EXPECT_DOUBLE_EQ(system.cumulative_weight.back(), 1);
    EXPECT_TRUE(std::all_of(system.width.begin(), system.width.end(), [](double w) { return w >= 1.2 && w < 2.2; }));
    EXPECT_TRUE(std::all_of(system.height.begin(), system.height.end(), [](double h) { return h >= 0.6 && h < 1.8; }));
    EXPECT_NE(problems::draw_omol_like(6).slope, system.slope);
}

/// Of a draw of this law: deviation 1.13, the 99.9 % quantile 2.9 deviations above the mean, 16 components for 95 % of the variance. Specs: omol-like.
TEST(OmolLikeGolden, IsAsThinInTheTailAndAsFlatInSpaceAsItsSpecification)
{
    constexpr Eigen::Index rows = 50000, columns = OmolLike::features;
    const auto simulator = omol_like();
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> x(rows, columns);
    std::vector<double> y(rows);
    for (Eigen::Index i = 0; i < rows; ++i) {
        const std::span<float> row(x.data() + i * columns, columns);
        simulator.draw(8, Population::pool, i, row);
        simulator.answer(8, Population::pool, i, row, {&y[static_cast<std::size_t>(i)], 1});
    }
    const Eigen::Map<const Eigen::ArrayXd> values(y.data(), rows);
    const double mean = values.mean(), deviation = std::sqrt((values - mean).square().mean());
    EXPECT_NEAR(deviation, 1.13, .12);
    std::sort(y.begin(), y.end());
    EXPECT_NEAR((y[static_cast<std::size_t>(rows * 0.999)] - mean) / deviation, 2.9, .3);

    const Eigen::MatrixXd centred = (x.rowwise() - x.colwise().mean()).cast<double>();
    const Eigen::VectorXd spectrum = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(centred.transpose() * centred).eigenvalues().reverse();
    int components = 0;
    for (double explained = 0; explained < .95 * spectrum.sum(); ++components) explained += spectrum[components];
    EXPECT_NEAR(components, 16, 2);
}

}  // namespace sluice
