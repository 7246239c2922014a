#include "fusion/improving_rows.hpp"

#include "fusion/out_of_bag.hpp"
#include "models/gaussian_process.hpp"
#include "support/draws.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t columns = 3;
const models::KernelParameters parameters{1.3, 1.1, 0.02};

Surrogate surrogate(std::size_t target, double explained)
{
    Surrogate s;
    s.target = target;
    s.explained = explained;
    return s;
}

/// A process of known parameters on labelled rows.
LabelledProcess process_on(const models::TrainingSet& data)
{
    const auto family = models::gaussian_process({models::Kernel::matern52, 1000});
    const std::vector<models::Member> members = {models::to_member(parameters, 0)};
    LabelledProcess process;
    process.fitted.predict = family.predictor(members, data, parallel::Place::host);
    process.fitted.posterior = family.posterior(members, data);
    process.best = *std::max_element(data.y.begin(), data.y.end());
    return process;
}

Screen screen_of(std::size_t rows)
{
    Screen screen;
    for (std::size_t i = 0; i < rows; ++i) screen.rows.push_back({static_cast<double>(rows - i), static_cast<RowId>(i)});
    for (const double v : test::normals(7, rows * columns)) screen.x.push_back(static_cast<float>(1.5 * v));
    return screen;
}

double matern(const float* a, const float* b)
{
    double square = 0;
    for (std::int64_t c = 0; c < columns; ++c) square += std::pow(static_cast<double>(a[c]) - static_cast<double>(b[c]), 2);
    const double r = std::sqrt(5 * square) / parameters.length;
    return parameters.amplitude * (1 + r + r * r / 3) * std::exp(-r);
}

/// The covariance of the labels of these points.
Eigen::MatrixXd covariance(const std::vector<const float*>& points)
{
    const auto n = static_cast<Eigen::Index>(points.size());
    Eigen::MatrixXd k(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index j = 0; j < n; ++j) k(i, j) = matern(points[static_cast<std::size_t>(i)], points[static_cast<std::size_t>(j)]) + (i == j ? parameters.noise : 0);
    }
    return k;
}

/// Expected improvement of a point by dense algebra: the mean from the labelled points, the variance from them and further ones.
double improvement(const float* point, const models::TrainingSet& data, const std::vector<const float*>& known, double best)
{
    Eigen::VectorXd towards(static_cast<Eigen::Index>(known.size()));
    for (std::size_t i = 0; i < known.size(); ++i) towards(static_cast<Eigen::Index>(i)) = matern(point, known[i]);
    const double variance = parameters.amplitude - towards.dot(covariance(known).ldlt().solve(towards));
    const std::vector<const float*> labelled(known.begin(), known.begin() + data.count());
    const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(data.y.data(), data.count());
    const double gain = towards.head(data.count()).dot(covariance(labelled).ldlt().solve(y)) - best, sd = std::sqrt(std::max(variance, 0.0)), z = gain / sd;
    return gain * 0.5 * std::erfc(-z / std::sqrt(2.0)) + sd * std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
}

}  // namespace

TEST(ExplainedByBest, IsTheMeanOverTargetsOfTheBestFamily)
{
    EXPECT_DOUBLE_EQ(explained_by_best({surrogate(0, 0.2), surrogate(0, 0.6), surrogate(1, 0.5), surrogate(1, -3)}, 2), 0.55);
    EXPECT_EQ(explained_by_best({surrogate(0, -0.4), surrogate(0, -2)}, 1), 0) << "worse than the mean is nothing";
}

TEST(ImprovingShare, IsThePartOfTheProcessInBothSignalToNoiseRatios)
{
    EXPECT_EQ(improving_share(0.5, 0.5, 10), 2);
    EXPECT_EQ(improving_share(0.75, 0.5, 10), 1) << "ratios 3 and 1";
    EXPECT_EQ(improving_share(0.5, 0.75, 10), 3);
    EXPECT_EQ(improving_share(0, 0.1, 10), 4) << "it alone knows something";
    EXPECT_EQ(improving_share(0.3, -0.2, 10), 0) << "it knows nothing";
    EXPECT_EQ(improving_share(0, 0, 10), 0) << "nobody does";
    EXPECT_EQ(improving_share(1, 1, 1000), 200) << "both say all";
    EXPECT_EQ(improving_share(0, 1, 1), 0) << "a batch of one row is the families'";
}

TEST(ImprovingRows, AreThoseOfDenseAlgebraOneByOne)
{
    const auto data = test::smooth_labels(40, columns, 1);
    const auto process = process_on(data);
    const auto screen = screen_of(600);  // three blocks, the last ragged
    const std::vector<std::size_t> batch = {5, 0, 417};
    const auto chosen = improving_rows(process, screen, columns, batch, 6);
    ASSERT_EQ(chosen.size(), 6U);

    std::vector<const float*> known;
    for (std::int64_t i = 0; i < data.count(); ++i) known.push_back(data.x.data() + i * columns);
    std::vector<std::size_t> taken = batch;
    for (const auto i : batch) known.push_back(screen.x.data() + static_cast<std::ptrdiff_t>(i) * columns);
    for (const auto row : chosen) {
        double most = -1;
        for (std::size_t i = 0; i < screen.rows.size(); ++i) {
            if (std::find(taken.begin(), taken.end(), i) != taken.end()) continue;
            most = std::max(most, improvement(screen.x.data() + static_cast<std::ptrdiff_t>(i) * columns, data, known, process.best));
        }
        ASSERT_EQ(std::find(taken.begin(), taken.end(), row), taken.end()) << "chosen twice";
        const auto* point = screen.x.data() + static_cast<std::ptrdiff_t>(row) * columns;
        EXPECT_NEAR(improvement(point, data, known, process.best), most, 1e-5 * most);
        taken.push_back(row);
        known.push_back(point);
    }
}

TEST(ImprovingRows, EndWithTheScreen)
{
    const auto data = test::smooth_labels(20, columns, 1);
    auto chosen = improving_rows(process_on(data), screen_of(7), columns, std::vector<std::size_t>{2, 4}, 9);
    std::sort(chosen.begin(), chosen.end());
    EXPECT_EQ(chosen, (std::vector<std::size_t>{0, 1, 3, 5, 6}));
}

TEST(ImprovingRows, OfEqualOnesTheFirstIsChosen)
{
    const auto data = test::smooth_labels(20, columns, 1);
    auto screen = screen_of(300);
    const auto best = improving_rows(process_on(data), screen, columns, {}, 1)[0];
    ASSERT_LT(best, 299U);
    std::copy_n(screen.x.begin() + static_cast<std::ptrdiff_t>(best) * columns, columns, screen.x.begin() + 299 * columns);
    const auto chosen = improving_rows(process_on(data), screen, columns, {}, 2);
    EXPECT_EQ(chosen[0], best);
    EXPECT_NE(chosen[1], 299U) << "the label of its twin says what it is";
}

TEST(ExplainedShare, IsOneMinusSquaresLeftOverSquares)
{
    EXPECT_NEAR(explained_share(std::vector<double>{0.1, -0.2, 0.4, 0, -0.1}, std::vector<double>{1, 2, 0, -1, 3}), 1 - 0.22 / 10, 1e-12);
    EXPECT_EQ(explained_share(std::vector<double>{0, 0}, std::vector<double>{2, 2}), 0) << "nothing to explain";
    EXPECT_LT(explained_share(std::vector<double>{3, -3}, std::vector<double>{0, 1}), 0);
}

}  // namespace sluice::fusion
