#include "models/linear/additive_terms.hpp"

#include "support/training.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace sluice::models {

namespace {

/// y = sum of g over the features, which are spread evenly over [-sqrt 3, sqrt 3].
TrainingSet additive_labels(std::int64_t count, std::int64_t columns, double (*g)(double), std::uint64_t seed)
{
    TrainingSet data;
    data.columns = columns;
    data.targets = 1;
    RandomStream random(seed, Purpose::random_score, 0, 0);
    for (std::int64_t i = 0; i < count; ++i) {
        data.rows.push_back(i);
        data.y.push_back(0);
        for (std::int64_t c = 0; c < columns; ++c) {
            data.x.push_back(static_cast<float>(std::sqrt(3.0) * (2 * random.uniform() - 1)));
            data.y.back() += g(static_cast<double>(data.x.back()));
        }
    }
    return data;
}

/// R2 of one member trained on all rows, on rows that it has not seen.
double test_r2(const Family& family, double (*g)(double))
{
    const auto train = additive_labels(300, 4, g, 1), test = additive_labels(500, 4, g, 2);
    Bootstrap all(300);
    std::iota(all.begin(), all.end(), 0);
    const auto members = family.train(train, std::vector<Bootstrap>{all}, 0, {1, 0, 0});
    std::vector<float> predicted(500);
    family.predictor(members, train, parallel::Place::host)(test.x.data(), 500, predicted.data());
    const double mean = std::accumulate(test.y.begin(), test.y.end(), 0.0) / 500;
    double left = 0, total = 0;
    for (std::size_t i = 0; i < 500; ++i) {
        left += std::pow(test.y[i] - static_cast<double>(predicted[i]), 2);
        total += std::pow(test.y[i] - mean, 2);
    }
    return 1 - left / total;
}

double bowl(double x)
{
    return std::pow(x - 0.4, 2);
}

double wave(double x)
{
    return std::sin(4 * x);
}

}  // namespace

TEST(AdditiveTerms, AreTheFeatureItsSquareOrHatFunctions)
{
    const float edge = std::sqrt(3.0F);
    const std::vector<float> x = {-edge, 0.5F * edge, 7.0F};
    std::vector<float> squares(6), splines(9);
    expand(x.data(), 1, 3, {Terms::squares, 16}, squares.data());
    expand(x.data(), 1, 3, {Terms::splines, 3}, splines.data());
    EXPECT_EQ(squares, (std::vector<float>{x[0], x[0] * x[0], x[1], x[1] * x[1], 7, 49}));
    const std::vector<float> hats = {1, 0, 0, 0, 0.5F, 0.5F, 0, 0, 1};  // left end, half way between the last two knots, beyond the right end
    for (std::size_t i = 0; i < hats.size(); ++i) EXPECT_NEAR(splines[i], hats[i], 1e-6) << i;
}

TEST(AdditiveTerms, ALineSeesNoBowlSquaresDoAndOnlySplinesSeeAWave)
{
    for (const std::string kind : {"ridge-ensemble", "lasso-ensemble", "elastic-net-ensemble"}) {
        const std::string penalty = kind == "ridge-ensemble" ? "lambda" : "alpha";
        const auto fitted = [&](const std::string& terms, double (*g)(double)) {
            return test_r2(test::family(kind, {{penalty, 1e-5}, {"terms", terms}, {"knots", std::int64_t{17}}}), g);
        };
        EXPECT_LT(fitted("linear", bowl), 0.6) << kind;
        EXPECT_GT(fitted("squares", bowl), 0.999) << kind;
        EXPECT_LT(fitted("squares", wave), 0.3) << kind;
        EXPECT_GT(fitted("splines", wave), 0.97) << kind;
    }
}

}  // namespace sluice::models
