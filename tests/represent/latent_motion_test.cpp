#include "represent/networks/latent_motion.hpp"

#include "represent/floats.hpp"
#include "represent/motion/motion.hpp"
#include "support/draws.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

/// Claims of the specification of the entropic autoencoder, section 11.3.8.
namespace sluice::represent {

namespace {

constexpr std::int64_t rows = 40, columns = 6, units = 2;

Architecture architecture(Activation activation = Activation::elu)
{
    return {.columns = columns, .hidden = {7}, .units = units, .activation = activation, .rate_weight = 0.5};
}

std::vector<double> drawn(std::uint64_t seed, std::int64_t count, double scale = 1)
{
    auto values = test::normals(seed, static_cast<std::size_t>(count));
    for (auto& value : values) value *= scale;
    return values;
}

struct Case {
    Architecture shape;
    std::vector<double> encoder, decoder, x, rate;

    MovingRows<double> moving() const { return {x.data(), rate.data(), rows}; }
};

Case drawn_case(Activation activation = Activation::elu)
{
    const auto shape = architecture(activation);
    return {shape, drawn(1, shape.encoder_parameters(), 0.6), drawn(2, shape.decoder_parameters(), 0.6), drawn(3, rows * columns), drawn(4, rows * columns)};
}

std::vector<double> sum(const std::vector<double>& a, double factor, const std::vector<double>& b)
{
    auto result = a;
    for (std::size_t i = 0; i < a.size(); ++i) result[i] += factor * b[i];
    return result;
}

/// Units that go round a circle at an angular frequency, with random phases and radii.
std::pair<std::vector<double>, std::vector<double>> rotation(double frequency, double largest, std::int64_t count)
{
    std::vector<double> z, rate;
    const auto u = test::uniforms(7, static_cast<std::size_t>(2 * count));
    for (std::size_t i = 0; i < u.size(); i += 2) {
        const double angle = 2 * std::numbers::pi * u[i], radius = largest * u[i + 1];
        z.insert(z.end(), {radius * std::cos(angle), radius * std::sin(angle)});
        rate.insert(rate.end(), {-frequency * z[z.size() - 1], frequency * z[z.size() - 2]});
    }
    return {z, rate};
}

}  // namespace

TEST(LatentMotion, RatesAreThoseOfFiniteDifferences)
{
    constexpr double h = 1e-5;
    for (const auto activation : {Activation::elu, Activation::relu}) {
        const auto c = drawn_case(activation);
        const auto n = static_cast<std::size_t>(rows * units), m = static_cast<std::size_t>(rows * columns);
        std::vector<double> z(n), z_rate(n), later(n), sooner(n), ignored(m);
        encode_moving(c.shape, c.encoder.data(), c.moving(), z.data(), z_rate.data());
        const auto ahead = sum(c.x, h, c.rate), back = sum(c.x, -h, c.rate);
        encode_moving<double>(c.shape, c.encoder.data(), {ahead.data(), c.rate.data(), rows}, later.data(), ignored.data());
        encode_moving<double>(c.shape, c.encoder.data(), {back.data(), c.rate.data(), rows}, sooner.data(), ignored.data());
        for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(z_rate[i], (later[i] - sooner[i]) / (2 * h), 1e-5);

        std::vector<double> x(m), x_rate(m), x_later(m), x_sooner(m);
        decode_moving(c.shape, c.decoder.data(), z.data(), z_rate.data(), rows, x.data(), x_rate.data());
        decode_moving(c.shape, c.decoder.data(), sum(z, h, z_rate).data(), z_rate.data(), rows, x_later.data(), ignored.data());
        decode_moving(c.shape, c.decoder.data(), sum(z, -h, z_rate).data(), z_rate.data(), rows, x_sooner.data(), ignored.data());
        for (std::size_t i = 0; i < m; ++i) EXPECT_NEAR(x_rate[i], (x_later[i] - x_sooner[i]) / (2 * h), 1e-5);
    }
}

TEST(LatentMotion, TheEnergyIsMadeOfItsPartsAndTheGradientGoesThroughTheFit)
{
    const auto c = drawn_case();
    std::vector<double> by_encoder(c.encoder.size()), by_decoder(c.decoder.size());
    const double energy = motion_energy_and_gradient(c.shape, c.encoder.data(), c.decoder.data(), c.moving(), by_encoder.data(), by_decoder.data());

    const auto n = static_cast<std::size_t>(rows * units), m = static_cast<std::size_t>(rows * columns);
    std::vector<double> z(n), z_rate(n), x(m), x_rate(m);
    encode_moving(c.shape, c.encoder.data(), c.moving(), z.data(), z_rate.data());
    const auto fitted = fit_motion(z.data(), z_rate.data(), rows, units);
    decode_moving(c.shape, c.decoder.data(), z.data(), fitted.z_rate.data(), rows, x.data(), x_rate.data());
    double by_hand = 0;
    for (std::size_t i = 0; i < m; ++i) by_hand += (std::pow(x[i] - c.x[i], 2) + 0.5 * std::pow(x_rate[i] - c.rate[i], 2)) / static_cast<double>(m);
    EXPECT_NEAR(energy, by_hand, 1e-12 * energy);

    constexpr double h = 1e-5;
    double scale = 0;
    for (const double g : by_encoder) scale = std::max(scale, std::abs(g));
    const auto energy_at = [&](const std::vector<double>& encoder, const std::vector<double>& decoder) {
        return motion_energy_and_gradient<double>(c.shape, encoder.data(), decoder.data(), c.moving(), nullptr, nullptr);
    };
    for (std::size_t i = 0; i < c.encoder.size(); i += 3) {
        auto ahead = c.encoder, back = c.encoder;
        ahead[i] += h;
        back[i] -= h;
        EXPECT_NEAR(by_encoder[i], (energy_at(ahead, c.decoder) - energy_at(back, c.decoder)) / (2 * h), 1e-5 * scale) << i;
    }
    for (std::size_t i = 0; i < c.decoder.size(); i += 3) {
        auto ahead = c.decoder, back = c.decoder;
        ahead[i] += h;
        back[i] -= h;
        EXPECT_NEAR(by_decoder[i], (energy_at(c.encoder, ahead) - energy_at(c.encoder, back)) / (2 * h), 1e-5 * scale) << i;
    }
}

TEST(LatentMotion, InSinglePrecisionItIsThatOfTrainings)
{
    const auto c = drawn_case();
    const auto narrow = [](const std::vector<double>& values) { return Floats(values.begin(), values.end()); };
    const auto encoder = narrow(c.encoder), decoder = narrow(c.decoder), x = narrow(c.x), rate = narrow(c.rate);
    Floats by_encoder(encoder.size()), by_decoder(decoder.size());
    std::vector<double> exact(c.encoder.size());
    const double energy = energy_and_gradient(c.shape, encoder.data(), decoder.data(), {x.data(), rows, rows, nullptr, rate.data()}, by_encoder.data(), by_decoder.data());
    const double wide = motion_energy_and_gradient<double>(c.shape, c.encoder.data(), c.decoder.data(), c.moving(), exact.data(), nullptr);
    EXPECT_NEAR(energy, wide, 1e-5 * wide);
    double scale = 0;
    for (const double g : exact) scale = std::max(scale, std::abs(g));
    for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(static_cast<double>(by_encoder[i]), exact[i], 1e-4 * scale);
    EXPECT_GT(largest_curvature(c.shape, encoder.data(), decoder.data(), {x.data(), rows, rows, nullptr, rate.data()}, 1), 0);
}

TEST(LatentMotion, ARotationIsRecovered)
{
    const auto [z, rate] = rotation(0.908, 3, 500);
    const auto fitted = fit_motion(z.data(), rate.data(), 500, 2);
    const auto names = motion_term_names(2);
    ASSERT_EQ(fitted.coefficients.size(), 22U);
    for (std::size_t t = 0; t < 11; ++t) {
        EXPECT_NEAR(fitted.coefficients[2 * t], names[t] == "z1" ? -0.908 : 0, 1e-6) << names[t];
        EXPECT_NEAR(fitted.coefficients[2 * t + 1], names[t] == "z0" ? 0.908 : 0, 1e-6) << names[t];
    }
    for (std::size_t i = 0; i < rate.size(); ++i) EXPECT_NEAR(fitted.z_rate[i], rate[i], 1e-6);
}

TEST(DensestValue, IsTheModeOfSkewedAndOfSplitSamples)
{
    std::vector<double> split, skewed;
    for (const double x : test::normals(5, 4000)) {
        split.push_back(split.size() % 3 == 0 ? 4 + x : -1 + 0.5 * x);
        skewed.push_back(std::exp(x));
    }
    // Scott's bandwidth is 0.19 of the deviation at 4,000 numbers. By scipy.stats.gaussian_kde with that bandwidth, over the same points.
    EXPECT_NEAR(densest_value(split), -1.025736996224291, 1e-9);
    EXPECT_NEAR(densest_value(skewed), 0.6242973593049437, 1e-9);
    EXPECT_EQ(densest_value({2.5, 2.5, 2.5}), 2.5);
    EXPECT_EQ(densest_value({-1}), -1);
}

TEST(Motion, EquationsNameTheTermsThatPassBothThresholds)
{
    const Motion motion{.terms = {"z0", "z1", "sin z0"}, .coefficients = {}, .mean = {0.05, -0.9, -1.5, 0.3, 0.2, 0}, .mode = {0.5, -0.8, -1.4, 0.02, 0.15, 0}};
    EXPECT_EQ(equation_text(motion, 0), "dz0/dt = -1.500 z1 + 0.200 sin z0");
    EXPECT_EQ(equation_text(motion, 1), "dz1/dt = -0.900 z0");
}

TEST(LatentMotion, TermsAreInThePublishedOrder)
{
    EXPECT_EQ(motion_term_names(2), (std::vector<std::string>{"z0", "z1", "z0^2", "z0 z1", "z1^2", "z0^3", "z0^2 z1", "z0 z1^2", "z1^3", "sin z0", "sin z1"}));
    for (std::int64_t u = 1; u < 5; ++u) EXPECT_EQ(static_cast<std::int64_t>(motion_term_names(u).size()), motion_terms(u));
}

}  // namespace sluice::represent
