#include "support/predictions.hpp"
#include "support/training.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice {

namespace {

constexpr double width = 0.4, noise = 0.05;

models::Family kernel_family()
{
    return test::family("gaussian-kernel-ensemble", {{"width", width}, {"noise", noise}});
}

double squared_distance(const models::TrainingSet& data, std::int64_t i, const float* x)
{
    double sum = 0;
    for (std::int64_t c = 0; c < data.columns; ++c) sum += std::pow(static_cast<double>(data.x[static_cast<std::size_t>(i * data.columns + c)]) - static_cast<double>(x[c]), 2);
    return sum;
}

/// The definition, with a row for every draw: mean of the resample + k(x) (K + noise I)^-1 (y - mean).
double by_definition(const models::TrainingSet& data, const models::Bootstrap& bag, std::int64_t target, const float* x)
{
    std::vector<double> squares;
    for (std::int64_t i = 0; i < data.count(); ++i) {
        for (std::int64_t j = 0; j < data.count(); ++j) {
            if (i != j) squares.push_back(squared_distance(data, i, data.x.data() + j * data.columns));
        }
    }
    std::nth_element(squares.begin(), squares.begin() + static_cast<std::ptrdiff_t>((squares.size() - 1) / 2), squares.end());
    const double sharpness = 1 / (2 * width * width * squares[(squares.size() - 1) / 2]);
    const auto m = static_cast<Eigen::Index>(bag.size());
    Eigen::MatrixXd kernel(m, m);
    Eigen::VectorXd y(m), to_x(m);
    for (Eigen::Index i = 0; i < m; ++i) {
        const auto row = bag[static_cast<std::size_t>(i)];
        y[i] = data.y[static_cast<std::size_t>(row * data.targets + target)];
        to_x[i] = std::exp(-sharpness * squared_distance(data, row, x));
        for (Eigen::Index j = 0; j < m; ++j) kernel(i, j) = std::exp(-sharpness * squared_distance(data, row, data.x.data() + bag[static_cast<std::size_t>(j)] * data.columns));
    }
    kernel.diagonal().array() += noise;
    const double mean = y.mean();
    return mean + to_x.dot(kernel.ldlt().solve((y.array() - mean).matrix()));
}

}  // namespace

TEST(GaussianKernel, IsTheRegressionOfItsDefinitionAlsoWhereRowsAreDrawnTwice)
{
    const auto data = test::smooth_labels(40), elsewhere = test::smooth_labels(60);
    std::vector<models::Bootstrap> bags(3, models::Bootstrap(40));
    std::iota(bags[0].begin(), bags[0].end(), 0);
    RandomStream random(3, Purpose::bootstrap, 0, 0);
    for (auto& row : bags[1]) row = random.below(40);
    bags[2] = {1, 1, 1, 7, 30};
    const auto family = kernel_family();
    const auto members = family.train(data, bags, 0, {});
    const auto predict = family.predictor(members, data, parallel::Place::host);
    std::vector<float> out(60 * 3 * 2);
    predict(elsewhere.x.data(), 60, out.data());
    for (std::int64_t i = 0; i < 60; ++i) {
        for (std::size_t m = 0; m < 3; ++m) {
            for (std::int64_t t = 0; t < 2; ++t) {
                EXPECT_NEAR(static_cast<double>(out[static_cast<std::size_t>(i) * 6 + m * 2 + static_cast<std::size_t>(t)]), by_definition(data, bags[m], t, elsewhere.x.data() + i * 3), 2e-5);
            }
        }
    }
}

/// Labelled rows that are all alike have no distance to measure widths in.
TEST(GaussianKernel, PredictsTheMeanOfRowsThatAreAllAlike)
{
    auto data = test::smooth_labels(6, 3, 1);
    for (std::size_t i = 0; i < data.x.size(); ++i) data.x[i] = data.x[i % 3];
    models::Bootstrap all(6);
    std::iota(all.begin(), all.end(), 0);
    const auto family = kernel_family();
    const auto predict = family.predictor(family.train(data, std::span(&all, 1), 0, {}), data, parallel::Place::host);
    float out = 0;
    predict(data.x.data(), 1, &out);
    EXPECT_NEAR(static_cast<double>(out), std::accumulate(data.y.begin(), data.y.end(), 0.0) / 6, 1e-5);
}

}  // namespace sluice
