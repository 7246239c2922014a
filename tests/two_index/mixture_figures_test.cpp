#include "two_index/mixture_figures.hpp"

#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace sluice::two_index {

namespace {

using models::mixture_density::Ensemble;
using models::mixture_density::Heads;

/// The two members of the specification's check vector, at every point; targets in units of their own.
Ensemble check_ensemble(std::vector<double> shift = {0, 0}, std::vector<double> scale = {1, 1})
{
    Ensemble ensemble;
    ensemble.shape = {.columns = 1, .targets = 2, .components = 2, .width = 1, .depth = 1};
    ensemble.members = 2;
    ensemble.unit.assign(scale.size(), 1.0);
    ensemble.y = {std::move(shift), std::move(scale), {}};
    ensemble.predict = [shape = ensemble.shape](const float*, bool, Heads& heads) {
        heads.shape = shape;
        heads.values.clear();
        const std::vector<float> members[2] = {{.2F, -.3F, 0, 0, 1, -1, 1, .5F, .25F, 2}, {1, 0, .5F, .25F, 2, 2, .3F, .3F, 1, 1}};
        for (const auto& member : members) {
            for (std::int64_t row = 0; row < Heads::rows; ++row) heads.values.insert(heads.values.end(), member.begin(), member.end());
        }
    };
    return ensemble;
}

double normal_density(double x, double mean, double variance)
{
    return std::exp(-0.5 * (x - mean) * (x - mean) / variance) / std::sqrt(2 * std::numbers::pi * variance);
}

/// Weights, means and variances of the four components, from the check vector.
struct Component {
    double weight;
    double mean[2];
    double variance[2];
};

std::vector<Component> components()
{
    const double a = 1 / (1 + std::exp(-.5)), b = 1 / (1 + std::exp(-1.0));
    return {{a / 2, {0, 0}, {1, .5}}, {(1 - a) / 2, {1, -1}, {.25, 2}}, {b / 2, {.5, .25}, {.3, .3}}, {(1 - b) / 2, {2, 2}, {1, 1}}};
}

}  // namespace

TEST(MixtureFiguresGolden, ConditionalMeansAndTheirVarianceAreThoseOfTheSpecification)
{
    const auto ensemble = check_ensemble();
    Heads heads;
    ensemble.predict(nullptr, false, heads);
    std::vector<float> means(4);
    conditional_means(ensemble, heads, 3, means.data());
    EXPECT_NEAR(means[0], .37754068, 1e-6);
    EXPECT_NEAR(means[1], -.37754068, 1e-6);
    EXPECT_NEAR(means[2], .90341216, 1e-6);
    EXPECT_NEAR(means[3], .7206475, 1e-6);
    const auto half = [](float a, float b) { return 0.25 * static_cast<double>((a - b) * (a - b)); };
    EXPECT_NEAR(0.5 * (half(means[0], means[2]) + half(means[1], means[3])), .18531975, 1e-6);
}

TEST(MixtureFigures, LikelihoodIsThatOfTheWholeMixtureInRawUnits)
{
    const std::vector<double> shift = {3, -1}, scale = {2, 0.5};
    const auto ensemble = check_ensemble(shift, scale);
    Heads heads;
    ensemble.predict(nullptr, false, heads);
    const double y[2] = {4, -1.2};
    double density = 0;
    for (const auto& c : components()) {
        double product = c.weight;
        for (int t = 0; t < 2; ++t) product *= normal_density(y[t], c.mean[t] * scale[t] + shift[t], c.variance[t] * scale[t] * scale[t]);
        density += product;
    }
    EXPECT_NEAR(negative_log_likelihood(ensemble, heads, 0, y), -std::log(density), 1e-6);
}

TEST(MixtureFigures, ScoresOfATestSetAreThoseOfTheirDefinitions)
{
    const auto ensemble = check_ensemble();
    problems::TestSet test;
    test.rows = 300;
    test.x.assign(300, 0.0F);
    for (int i = 0; i < 300; ++i) {
        test.y.push_back(0.01 * i - 1);
        test.y.push_back(0.4);
    }
    const auto figures = test_figures(ensemble, test, 1, 1, sluice::test::ranks());

    // CRPS: the integral of (F(x) - [x >= y])^2, of the first 256 points.
    constexpr double step = 2e-3;
    double crps = 0, nll = 0;
    for (std::size_t i = 0; i < 300; ++i) {
        double density = 0;
        for (const auto& c : components()) density += c.weight * normal_density(test.y[2 * i], c.mean[0], c.variance[0]) * normal_density(test.y[2 * i + 1], c.mean[1], c.variance[1]);
        nll -= std::log(density) / 300;
        for (std::size_t t = 0; t < 2 && i < 256; ++t) {
            for (double x = -9 + step / 2; x < 9; x += step) {
                double below = 0;
                for (const auto& c : components()) below += c.weight * 0.5 * std::erfc((c.mean[t] - x) / std::sqrt(2 * c.variance[t]));
                const double difference = below - (x >= test.y[2 * i + t] ? 1 : 0);
                crps += difference * difference * step / 512;
            }
        }
    }
    EXPECT_NEAR(figures.nll, nll, 1e-6);
    EXPECT_NEAR(figures.crps, crps, 2e-4);
    // The energy score of a vector lies between the CRPS of one target and the sum of both.
    EXPECT_GT(figures.energy_score, figures.crps);
    EXPECT_LT(figures.energy_score, 2 * figures.crps);
}

}  // namespace sluice::two_index
