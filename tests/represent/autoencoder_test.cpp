#include "represent/networks/autoencoder.hpp"

#include "represent/training/adam.hpp"
#include "represent/training/minibatches.hpp"
#include "support/draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <set>

namespace sluice::represent {

namespace {

const nlohmann::json& golden()
{
    static const nlohmann::json file = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/autoencoder.json"));
    return file;
}

constexpr std::int64_t rows = 7;

Floats drawn(std::uint64_t seed, std::int64_t count, double scale = 1)
{
    Floats values;
    for (const double x : test::normals(seed, static_cast<std::size_t>(count))) values.push_back(static_cast<float>(scale * static_cast<double>(static_cast<float>(x))));
    return values;
}

Architecture architecture(const std::string& name)
{
    Architecture shape{.columns = 6, .hidden = {5, 4}, .units = 3};
    if (name == "relu") shape.activation = Activation::relu;
    shape.is_variational = name == "normal" || name == "bernoulli";
    if (name == "normal") shape.noise_variance = 0.3;
    if (name == "bernoulli") shape.likelihood = Likelihood::bernoulli;
    return shape;
}

void expect_near(const Floats& found, const std::vector<double>& exact, const std::string& what)
{
    ASSERT_EQ(found.size(), exact.size()) << what;
    double scale = 0;
    for (const double x : exact) scale = std::max(scale, std::abs(x));
    for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(static_cast<double>(found[i]), exact[i], 2e-6 * scale) << what << ", parameter " << i;
}

}  // namespace

TEST(AutoencoderGolden, EnergiesGradientsAndCurvatureAreThoseOfAutomaticDifferentiation)
{
    for (const auto& one : golden().at("cases")) {
        const auto name = one.at("name").get<std::string>();
        const auto shape = architecture(name);
        const auto encoder = drawn(1, shape.encoder_parameters(), 0.5), decoder = drawn(2, shape.decoder_parameters(), 0.5), noise = drawn(4, rows * shape.units);
        auto x = drawn(3, rows * shape.columns);
        if (name == "bernoulli") {
            for (auto& value : x) value = static_cast<float>((std::clamp(static_cast<double>(value), -3.0, 3.0) + 3) / 8);
        }
        Floats by_encoder(encoder.size()), by_decoder(decoder.size());
        const double energy = energy_and_gradient(shape, encoder.data(), decoder.data(), {x.data(), rows, rows, noise.data()}, by_encoder.data(), by_decoder.data());
        EXPECT_NEAR(energy, one.at("energy").get<double>(), 1e-6 * std::abs(energy)) << name;
        expect_near(by_encoder, one.at("by_encoder"), name);
        expect_near(by_decoder, one.at("by_decoder"), name);
        if (shape.is_variational) continue;
        const double curvature = largest_curvature(shape, encoder.data(), decoder.data(), {x.data(), rows, rows}, 1, 100);
        EXPECT_NEAR(curvature / one.at("largest_curvature").get<double>(), 1, 1e-3) << name;
    }
}

TEST(AutoencoderGolden, AdamTakesTheStepsOfKeras)
{
    auto descent = descent_from(drawn(10, 5));
    for (std::uint64_t t = 1; t <= 3; ++t) {
        auto gradient = drawn(10 + t, 5);
        for (std::size_t i = 0; i < 5; ++i) gradient[i] *= static_cast<float>(std::pow(10.0, -5 - static_cast<double>(i)));
        descend(descent, gradient, 0.01);
        for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(static_cast<double>(descent.values[i]), golden().at("adam")[t - 1][i].get<double>(), 3e-7) << "step " << t << ", " << i;
    }
}

TEST(Autoencoder, PartsOfAMinibatchAddUpToIt)
{
    for (const char* name : {"elu", "normal"}) {
        const auto shape = architecture(name);
        const auto encoder = drawn(1, shape.encoder_parameters(), 0.5), decoder = drawn(2, shape.decoder_parameters(), 0.5);
        const auto x = drawn(3, rows * shape.columns), noise = drawn(4, rows * shape.units);
        Floats whole(encoder.size()), part(encoder.size()), sum(encoder.size(), 0.0F);
        const double energy = energy_and_gradient(shape, encoder.data(), decoder.data(), {x.data(), rows, rows, noise.data()}, whole.data(), nullptr);
        double energies = 0;
        for (const auto& [first, count] : {std::pair{0, 3}, {3, 4}}) {
            const Batch batch{x.data() + first * shape.columns, count, rows, noise.data() + first * shape.units};
            energies += energy_and_gradient(shape, encoder.data(), decoder.data(), batch, part.data(), nullptr);
            for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
        }
        EXPECT_NEAR(energies, energy, 1e-6 * energy);
        for (std::size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(sum[i], whole[i], 1e-5F * std::abs(energy));
    }
}

TEST(Autoencoder, CodesAndReconstructionsAreThoseOfTheEnergy)
{
    const auto shape = architecture("elu");
    const auto encoder = drawn(1, shape.encoder_parameters(), 0.5), decoder = drawn(2, shape.decoder_parameters(), 0.5), x = drawn(3, rows * shape.columns);
    Floats z(static_cast<std::size_t>(rows * shape.units)), back(x.size());
    encode(shape, encoder.data(), x.data(), rows, z.data());
    decode(shape, decoder.data(), z.data(), rows, back.data());
    double error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) error += std::pow(static_cast<double>(back[i]) - static_cast<double>(x[i]), 2) / static_cast<double>(x.size());
    EXPECT_NEAR(error, golden().at("cases")[0].at("energy").get<double>(), 1e-6 * error);
}

TEST(Autoencoder, GlorotsWeightsFillTheirRangeAndBiasesAreZero)
{
    const std::vector<Layer> layers = {{40, 20}, {20, 3}};
    std::vector<float> parameters(41 * 20 + 21 * 3, 7.0F);
    draw_parameters(layers, {1, Purpose::encoder_start, 0, 0}, parameters.data());
    const double bound = std::sqrt(6.0 / 60);
    double square = 0, largest = 0;
    for (std::size_t i = 0; i < 800; ++i) {
        square += static_cast<double>(parameters[i] * parameters[i]) / 800;
        largest = std::max(largest, std::abs(static_cast<double>(parameters[i])));
    }
    EXPECT_LE(largest, bound);
    EXPECT_GT(largest, 0.98 * bound);
    EXPECT_NEAR(square, bound * bound / 3, 5 * bound * bound * std::sqrt(4.0 / 45 / 800)) << "five standard errors of a uniform number's square";
    for (std::size_t i = 800; i < 820; ++i) EXPECT_EQ(parameters[i], 0);
    for (std::size_t i = 880; i < 883; ++i) EXPECT_EQ(parameters[i], 0);
}

TEST(Minibatches, OfAnEpochAreAPermutationAndTheShortOneIsLast)
{
    Minibatches batches(10, 4, 1, 0), others(10, 4, 1, 1), full(10, 99, 1, 0);
    EXPECT_EQ(batches.per_epoch(), 3);
    std::vector<std::vector<std::int64_t>> epochs;
    for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
        std::vector<std::int64_t> seen;
        for (std::int64_t b = 0; b < 3; ++b) {
            const auto batch = batches.rows_of(3 * epoch + b);
            EXPECT_EQ(batch.size(), b < 2 ? 4U : 2U);
            seen.insert(seen.end(), batch.begin(), batch.end());
        }
        epochs.push_back(seen);
        EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), 10U);
    }
    EXPECT_EQ((std::set<std::vector<std::int64_t>>(epochs.begin(), epochs.end()).size()), 4U) << "every epoch has an order of its own";
    EXPECT_NE(others.rows_of(0), batches.rows_of(0)) << "and every learner";
    EXPECT_EQ(Minibatches(10, 4, 1, 0).rows_of(7), batches.rows_of(7)) << "whatever was asked for before";
    std::vector<std::int64_t> all(10);
    std::iota(all.begin(), all.end(), std::int64_t{0});
    EXPECT_EQ(full.rows_of(5), all);
}

}  // namespace sluice::represent
