#include "models/mixture_density/clipping.hpp"
#include "models/mixture_density/ensemble.hpp"
#include "models/mixture_density/gelu.hpp"
#include "models/mixture_density/likelihood.hpp"
#include "models/mixture_density/normalisation.hpp"
#include "support/draws.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace sluice::models::mixture_density {

TEST(MixtureDensityGolden, CoupledClippingIsThatOfTheSpecificationsCheckVector)
{
    // A hidden layer's weights: each is a unit over both members.
    const std::array<float, 8> parameters = {1, 2, 3, 4, .5F, .1F, -1, 2}, gradient = {.5F, .1F, 1, .01F, .2F, .3F, -2, .3F};
    Units units{{{0, 4, 4, 0}}, 4};
    std::array<float, 4> parameter_squares{}, gradient_squares{}, factors{};
    for (std::size_t m = 0; m < 2; ++m) {
        add_squares(units, parameters.data() + 4 * m, parameter_squares.data());
        add_squares(units, gradient.data() + 4 * m, gradient_squares.data());
    }
    clipping_factors(parameter_squares, gradient_squares, factors);
    const std::array<double, 8> expected = {.10380686, .06332456, .14142135, .01, .04152275, .18997368, -.2828427, .3};
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(gradient[i] * factors[i % 4], expected[i], 1e-7) << i;
}

TEST(MixtureDensity, UnitsOfClippingAreThoseOfTheSpecification)
{
    const Shape shape{.columns = 3, .targets = 2, .components = 4, .width = 6, .depth = 2};
    const auto coupled = units_of(shape, Clipping::coupled);
    // Hidden weights and biases each for itself, the head's weights by slot, its biases each for itself.
    EXPECT_EQ(coupled.count, 3 * 6 + 6 + 6 * 6 + 6 + 5 + 4 * 5);
    const auto single = units_of(shape, Clipping::per_member);
    EXPECT_EQ(single.count, 6 + 6 + 6 + 6 + 20 + 20);
    for (const auto& units : {coupled, single}) {
        std::size_t covered = 0;
        for (const auto& segment : units.segments) {
            EXPECT_EQ(segment.first, covered);
            EXPECT_EQ(segment.count % segment.period, 0);
            covered += segment.count;
        }
        EXPECT_EQ(covered, static_cast<std::size_t>(shape.parameters()));
    }
}

TEST(MixtureDensityGolden, ParametersAreAsManyAsThePaperHas)
{
    EXPECT_EQ((Shape{10, 16, 5, 128, 2}.parameters()), 39205);
    EXPECT_EQ((Shape{7, 20, 8, 128, 3}.parameters()), 76360);
    EXPECT_EQ((Shape{8, 1, 4, 64, 2}.parameters()), 5516);
}

TEST(MixtureDensity, GeluAndItsSlopeAreThoseOfTheFormula)
{
    const auto formula = [](double u) { return u / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (u + 0.044715 * u * u * u))); };
    for (float u = -6; u < 6; u += 0.1F) {
        float value = u, slope = 0, alone = u;
        gelu(&value, &slope, 1);
        gelu(&alone, nullptr, 1);
        EXPECT_EQ(value, alone);
        const auto x = static_cast<double>(u);
        EXPECT_NEAR(value, formula(x), 1e-6) << u;
        EXPECT_NEAR(slope, (formula(x + 1e-5) - formula(x - 1e-5)) / 2e-5, 3e-6) << u;
    }
}

namespace {

/// In double precision, from the definition.
double by_definition(const Shape& shape, const std::vector<float>& outputs, const std::vector<float>& y)
{
    double weights = 0, density = 0;
    for (std::int64_t k = 0; k < shape.components; ++k) {
        const float* o = outputs.data() + k * shape.slots();
        double sum = 0;
        for (std::int64_t j = 0; j < shape.targets; ++j) {
            const double variance = std::log1p(std::exp(static_cast<double>(o[1 + shape.targets + j]))) + 1e-8, difference = static_cast<double>(y[static_cast<std::size_t>(j)] - o[1 + j]);
            sum += difference * difference / variance + std::log(2 * std::numbers::pi * variance);
        }
        weights += std::exp(static_cast<double>(o[0]));
        density += std::exp(static_cast<double>(o[0]) - sum / 2);
    }
    return -std::log(density / weights);
}

}  // namespace

TEST(MixtureDensity, LikelihoodAndItsDerivativeAreThoseOfTheDefinition)
{
    const Shape shape{.columns = 1, .targets = 3, .components = 4, .width = 1, .depth = 1};
    LikelihoodRoom room;
    for (std::uint64_t c = 0; c < 20; ++c) {
        std::vector<float> outputs, y, derivative(static_cast<std::size_t>(shape.outputs()));
        for (const double x : test::normals(c, derivative.size())) outputs.push_back(static_cast<float>(x));
        for (const double x : test::normals(c + 100, 3)) y.push_back(static_cast<float>(x));
        const float value = negative_log_likelihood(shape, outputs.data(), y.data(), 0, 2, derivative.data(), room);
        EXPECT_NEAR(value, by_definition(shape, outputs, y), 1e-5);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            auto up = outputs, down = outputs;
            up[i] += 0x1p-10F;
            down[i] -= 0x1p-10F;
            const double slope = 2 * (by_definition(shape, up, y) - by_definition(shape, down, y)) / static_cast<double>(up[i] - down[i]);
            EXPECT_NEAR(derivative[i], slope, 1e-4 * std::max(1.0, std::abs(slope))) << "output " << i;
        }
    }
}

TEST(MixtureDensity, LearningRateRisesAndDecays)
{
    const Recipe recipe;
    EXPECT_EQ(recipe.steps(100), 1000);
    EXPECT_EQ(recipe.steps(5000), 10000);
    EXPECT_EQ(recipe.rate(0, 10000), 0);
    EXPECT_DOUBLE_EQ(recipe.rate(250, 10000), 2.5e-4);
    EXPECT_DOUBLE_EQ(recipe.rate(500, 10000), 5e-4);
    EXPECT_DOUBLE_EQ(recipe.rate(2500, 10000), 4.5e-4);
    EXPECT_DOUBLE_EQ(recipe.rate(200, 1000), 5e-4);  // a fifth of a short training
}

TEST(MixtureDensity, LearnsThatThereAreTwoBranches)
{
    // y = +-1 + x1 with equal chances: one Gaussian cannot say so.
    const Shape shape{.columns = 2, .targets = 1, .components = 2, .width = 16, .depth = 3};
    RawSet data;
    data.rows = 400;
    const auto u = test::uniforms(5, 1200);
    const auto noise = test::normals(6, 400);
    for (std::size_t i = 0; i < 400; ++i) {
        data.x.push_back(static_cast<float>(u[3 * i]));
        data.x.push_back(static_cast<float>(u[3 * i + 1]));
        data.y.push_back((u[3 * i + 2] < 0.5 ? -1 : 1) + u[3 * i] + 0.1 * noise[i]);
    }
    for (const auto clipping : {Clipping::coupled, Clipping::per_member}) {
        Recipe recipe{.members = 2, .member_block = 1, .minibatch = 32, .steps_most = 1500, .learning_rate = 5e-3, .clipping = clipping};
        const auto ensemble = fit(shape, recipe, data, {3, 1}, {}, test::ranks());
        std::vector<float> features(static_cast<std::size_t>(Heads::rows * shape.columns), 0.5F);
        Heads heads;
        ensemble.predict(features.data(), false, heads);
        for (std::int64_t e = 0; e < 2; ++e) {
            const auto head = heads.of(e, 0);
            const double a = static_cast<double>(head.means[0]) * ensemble.y.scale[0] + ensemble.y.shift[0], b = static_cast<double>(head.means[1]) * ensemble.y.scale[0] + ensemble.y.shift[0];
            EXPECT_NEAR(std::min(a, b), -0.5, 0.15);
            EXPECT_NEAR(std::max(a, b), 1.5, 0.15);
            EXPECT_NEAR(head.logits[0] - head.logits[1], 0, 0.6);
        }
    }
}

TEST(MixtureDensity, RowsUnlikeTheLabelledOnesArePredictedWithinBounds)
{
    // The second column is the same in all labelled rows, as a rare bit is; of the third one row alone differs, by little.
    const Shape shape{.columns = 3, .targets = 1, .components = 1, .width = 16, .depth = 2};
    RawSet data;
    data.rows = 40;
    const auto u = test::uniforms(7, 40);
    for (std::size_t i = 0; i < 40; ++i) {
        for (const double x : {u[i], 0.3, i == 0 ? 1e-4 : 0.0}) data.x.push_back(static_cast<float>(x));
        data.y.push_back(u[i]);
    }
    std::vector<float> features(static_cast<std::size_t>(Heads::rows * shape.columns), 0.5F);
    features[1] = 8;
    const auto farthest = [&](std::int64_t folds) {
        Recipe recipe{.members = 2, .member_block = 1, .minibatch = 32, .steps_most = 200};
        recipe.folds = folds;
        Heads heads;
        fit(shape, recipe, data, {3, 1}, {}, test::ranks()).predict(features.data(), false, heads);
        float most = 0;
        for (std::int64_t e = 0; e < 2; ++e) {
            for (std::int64_t row = 0; row < 2; ++row) most = std::max(most, std::abs(heads.of(e, row).means[0]));
        }
        return most;
    };
    EXPECT_LT(farthest(2), 10);
    EXPECT_GT(farthest(0), 1000);  // as published: divided by 1e-6
}

TEST(MixtureDensity, UnitsOfTargetsDoNotMatter)
{
    const auto x = test::normals(8, 200), noise = test::normals(9, 100);
    std::vector<double> y;
    for (std::size_t i = 0; i < noise.size(); ++i) y.push_back(3 + x[2 * i] + 0.1 * noise[i]);
    const auto heads_of = [&](double unit) {
        RawSet data{100, {x.begin(), x.end()}, {}};
        for (const double value : y) data.y.push_back(unit * value);
        Recipe recipe{.members = 2, .member_block = 1, .minibatch = 32, .steps_most = 60};
        recipe.folds = 2;
        Heads heads;
        const std::vector<float> features(2 * Heads::rows, 0.5F);
        fit({.columns = 2, .targets = 1, .components = 2, .width = 8, .depth = 2}, recipe, data, {3, 1}, {}, test::ranks()).predict(features.data(), false, heads);
        return heads.values;
    };
    EXPECT_EQ(heads_of(std::ldexp(1.0, -40)), heads_of(1));  // a power of two rounds nothing
    EXPECT_EQ(heads_of(std::ldexp(1.0, 40)), heads_of(1));
}

TEST(MixtureDensity, RobustNormalisationIsThePublishedOneButForItsLeastScaleAndItsBound)
{
    const auto x = test::normals(8, 100);
    const auto published = normalisation_of(x, 2), robust = robust_normalisation_of(x, 2, {3, 4}, 10);
    EXPECT_EQ(robust.shift, published.shift);
    for (std::size_t c = 0; c < 2; ++c) EXPECT_DOUBLE_EQ(robust.scale[c] + 1e-6, published.scale[c]);
    EXPECT_EQ(robust.of(1e9, 0), 10);
    EXPECT_EQ(robust.of(-1e9, 0), -10);
    // Far from 0 it still varies.
    const auto far = robust_normalisation_of(std::vector<float>{1e6F, 1e6F, 1e6F + 0.25F, 1e6F + 0.25F}, 1, {}, 10);
    EXPECT_EQ(far.of(1e6, 0), -1);
    // The same in all rows, whatever its size and however its mean rounds.
    for (const double value : {0.0, 0.1, -1e7}) {
        EXPECT_EQ(robust_normalisation_of(std::vector<double>(30, value), 1).scale[0], 1) << value;
        const auto rare = robust_normalisation_of(std::vector<float>(30, static_cast<float>(value)), 1, {7}, 10);
        EXPECT_NEAR(rare.of(static_cast<double>(static_cast<float>(value)), 0), 0, 1e-9) << value;
        EXPECT_FLOAT_EQ(rare.of(value + 3.5, 0), 0.5F) << value;
        EXPECT_EQ(rare.of(value + 70, 0), 1) << value;
    }
}

}  // namespace sluice::models::mixture_density
