#include "pool/principal_components.hpp"

#include "support/draws.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <cmath>

namespace sluice::pool {

TEST(PrincipalComponents, FindsTwoKnownDirections)
{
    // A grid of coefficients, 5 times wider along u than along v. Both are unit vectors; their largest entries are negative and positive.
    const std::vector<double> u = {0, -0.8, 0, 0.6, 0}, v = {0.48, 0.36, 0.64, 0.48, 0}, mean = {10, -3, 0, 0.5, 7};
    std::vector<float> rows;
    double square = 0;
    for (int i = 0; i < 11; ++i) {
        square += (i - 5) * (i - 5) / 11.0;
        for (int j = 0; j < 11; ++j) {
            for (std::size_t c = 0; c < 5; ++c) rows.push_back(static_cast<float>(mean[c] + 5 * (i - 5) * u[c] + (j - 5) * v[c]));
        }
    }
    const auto pca = principal_components_of(rows, 5);
    for (std::size_t c = 0; c < 5; ++c) {
        EXPECT_NEAR(pca.mean[c], mean[c], 1e-5);
        EXPECT_NEAR(pca.direction[0][c], -u[c], 1e-5) << "the entry of largest magnitude is positive";
        EXPECT_NEAR(pca.direction[1][c], v[c], 1e-5);
    }
    EXPECT_NEAR(pca.explained[0], 25 * square / (26 * square), 1e-6);
    EXPECT_NEAR(pca.explained[1], square / (26 * square), 1e-6);
}

TEST(PrincipalComponents, OfEqualRowsExplainNothing)
{
    const auto pca = principal_components_of({1, 2, 3, 1, 2, 3}, 3);
    EXPECT_EQ(pca.mean, (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(pca.explained, (std::array<double, 2>{0, 0}));
}

TEST(PrincipalComponents, OfManyColumnsAreThoseOfTheProductsOfRows)
{
    // More columns than a covariance is formed for: five directions of falling variance, and noise.
    constexpr std::int64_t count = 60, columns = 2100, wanted = 5;
    std::vector<float> x(count * columns);
    const auto noise = test::normals(1, x.size()), scores = test::normals(2, count * wanted), axes = test::normals(3, wanted * columns);
    for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t c = 0; c < columns; ++c) {
            double value = 3 + 0.3 * noise[static_cast<std::size_t>(i * columns + c)];
            for (std::int64_t k = 0; k < wanted; ++k) value += scores[static_cast<std::size_t>(i * wanted + k)] * axes[static_cast<std::size_t>(k * columns + c)] / static_cast<double>(k + 1);
            x[static_cast<std::size_t>(i * columns + c)] = static_cast<float>(value);
        }
    }
    const auto found = leading_directions(x.data(), count, columns, wanted);
    Eigen::MatrixXd rows = Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(x.data(), count, columns).cast<double>();
    rows = (rows.rowwise() - rows.colwise().mean()).eval();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(rows * rows.transpose());
    for (std::int64_t k = 0; k < wanted; ++k) {
        const Eigen::VectorXd exact = (rows.transpose() * solver.eigenvectors().col(count - 1 - k)).normalized();
        const Eigen::VectorXd direction = Eigen::Map<const Eigen::VectorXd>(found.directions.data() + k * columns, columns);
        EXPECT_NEAR(std::abs(exact.dot(direction)), 1, 1e-6) << k;
        EXPECT_GT(direction.maxCoeff(), -direction.minCoeff()) << "the entry of largest magnitude is positive";
    }
}

TEST(PrincipalComponents, OfASingleColumnAreOne)
{
    const auto pca = principal_components_of({1, 2, 6}, 1);
    EXPECT_EQ(pca.direction[0], std::vector<double>{1});
    EXPECT_EQ(pca.direction[1], std::vector<double>{0});
    EXPECT_EQ(pca.explained, (std::array<double, 2>{1, 0}));
}

}  // namespace sluice::pool
