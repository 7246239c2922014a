#include "represent/training/calibration.hpp"

#include "represent/quality_text.hpp"
#include "support/learnable_rows.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace sluice::represent {

namespace {

using test::ranks;

constexpr double plain = 0.01;

/// Searches where the error rises from the plain autoencoder's as a power of the temperature. \return  the trials, the plain one first
std::vector<Trial> search(double target, double first, double power)
{
    std::vector<Trial> trials = {{0, plain}};
    while (const auto t = next_temperature(trials, target, first)) trials.push_back({*t, plain + 100 * std::pow(*t, power)});
    return trials;
}

Recipe small()
{
    Recipe r;
    r.shape = {.columns = 8, .hidden = {16}, .units = 2};
    r.descents = 40;
    r.learning_rate = 5e-3;
    r.batch = 1 << 20;
    r.chains = 2;
    r.samplings = 20;
    r.collected = 8;
    r.thinning = 50;
    r.equilibration = 300;
    r.is_calibrated = true;
    return r;
}

}  // namespace

TEST(NextTemperature, FindsTheTargetFromFarBelowAndFarAbove)
{
    for (const double power : {0.7, 1.0, 1.5}) {
        const double target = 0.026, exact = std::pow((target - plain) / 100, 1 / power);
        for (const double first : {exact * 1e-4, exact, exact * 1e3}) {
            const auto trials = search(target, first, power);
            EXPECT_LE(trials.size(), 14U) << power << ", from " << first;
            EXPECT_NEAR(trials.back().error, target, 0.1 * (target - plain));
            EXPECT_EQ(nearest_temperature(trials, target), trials.back().temperature);
        }
    }
}

TEST(NextTemperature, StaysBetweenTheTrialsThatEncloseTheTargetAndGivesUpInTheirNoise)
{
    std::vector<Trial> trials = {{0, plain}, {1e-6, 0.02}, {4e-6, 0.05}};
    EXPECT_DOUBLE_EQ(*next_temperature(trials, 0.03, 1), 2e-6);
    trials.push_back({2e-6, 0.026});
    EXPECT_NEAR(*next_temperature(trials, 0.03, 1), std::sqrt(8) * 1e-6, 1e-18);
    trials = {{0, plain}, {1e-6, 0.02}, {1.01e-6, 0.05}};
    EXPECT_FALSE(next_temperature(trials, 0.03, 1)) << "two trials one per cent apart enclose it";
    EXPECT_EQ(nearest_temperature(trials, 0.03), 1e-6);
    const auto endless = search(0.5, 1e-300, 0.001);  // hardly rises
    EXPECT_LE(endless.size(), most_trials + 1);
}

TEST(Calibration, ATrainingAtItsTemperatureHasTheErrorThatWasAskedFor)
{
    const Subsample rows{test::surface(256, 8), test::surface(128, 8, 2)};
    auto recipe = small();
    recipe.trial_share = 1;
    const auto training = train(recipe, rows, {}, ranks());
    ASSERT_GE(training.trials.size(), 2U);
    const double descended = training.trials[0].error, target = descended + 0.1 * (1 - descended);  // columns have variance 1, on other rows nearly
    EXPECT_EQ(training.trials[0].temperature, 0);
    auto representation = representation_of(training, recipe, ranks());
    const auto quality = scale_and_judge(representation, Method::entropic, nullptr, rows.judging(), ranks());
    EXPECT_NEAR(quality.r1, target, 0.35 * (target - descended)) << "two chains, and a decoder that went on descending";
    for (std::size_t i = 1; i < training.trials.size(); ++i) EXPECT_NEAR(training.trials[i].kinetic, 1, 0.1) << training.trials[i].temperature;
}

TEST(Calibration, JudgesTrialsByTheRowsSetAsideForThem)
{
    const auto learned = test::surface(256, 8), judging = test::surface(128, 8, 2);
    const Subsample without{learned, judging}, with{learned, test::surface(128, 8, 3), judging};
    const auto expected = train(small(), without, {}, ranks()), found = train(small(), with, {}, ranks());
    EXPECT_EQ(found.temperature, expected.temperature);
    ASSERT_EQ(found.trials.size(), expected.trials.size());
    for (std::size_t i = 0; i < found.trials.size(); ++i) EXPECT_EQ(found.trials[i].error, expected.trials[i].error) << "and not by the rows held out";
}

TEST(CorrectedTemperature, HitsWhereTheExcessRisesAsExpectedAndStopsAtAFactorOfEight)
{
    const auto error = [](double temperature) { return 0.01 + 10 * std::pow(temperature, 0.8); };
    for (const double t : {3e-5, 1e-4, 5e-4}) EXPECT_NEAR(error(corrected_temperature(t, error(t), 0.02, 0.01)), 0.02, 1e-12);
    EXPECT_DOUBLE_EQ(corrected_temperature(1e-4, 0.0101, 0.04, 0.01), 8e-4);
    EXPECT_DOUBLE_EQ(corrected_temperature(1e-4, 1e3, 0.04, 0.01), 0.125e-4);
    EXPECT_DOUBLE_EQ(corrected_temperature(1e-4, 0.009, 0.04, 0.01), 8e-4) << "colder than the plain autoencoder: nothing to be in proportion to";
    EXPECT_TRUE(misses(0.0445, 0.04));
    EXPECT_FALSE(misses(0.0435, 0.04));
    EXPECT_TRUE(misses(0.0355, 0.04));
}

TEST(Calibration, AFullTrainingThatMissesIsRepeatedOnceAndIsNearerThen)
{
    const Subsample rows{test::surface(256, 8), test::surface(128, 8, 2)};
    auto recipe = small();
    recipe.samplings = 40;
    recipe.trial_share = 0.1;
    const auto learned = learn(Method::entropic, recipe, rows, {}, ranks());
    ASSERT_EQ(learned.runs.size(), 2U) << "trials of a tenth end elsewhere";
    EXPECT_EQ(learned.temperature, learned.runs[1].temperature);
    EXPECT_LT(std::abs(learned.runs[1].error - learned.target_error), std::abs(learned.runs[0].error - learned.target_error));
    EXPECT_EQ(warning_of(learned).empty(), !misses(learned.runs[1].error, learned.target_error));

    // The repetition is the training that its temperature gives without trials, and its error that of the latents.
    auto bare = recipe;
    bare.is_calibrated = false;
    bare.temperature = learned.temperature;
    auto direct = learn(Method::entropic, bare, rows, {}, ranks());
    EXPECT_EQ(direct.representation.encoders, learned.representation.encoders);
    EXPECT_EQ(scale_and_judge(direct.representation, Method::entropic, nullptr, rows.judging(), ranks()).r1, learned.runs[1].error);
}

TEST(Calibration, WhatIsMissedAfterTheRepetitionIsSaid)
{
    Learned learned{.runs = {{1e-4, 0.2}, {3e-4, 0.5}}, .target_error = 0.9, .temperature = 3e-4};
    EXPECT_TRUE(learned.misses_target());
    EXPECT_NE(warning_of(learned).find("0.5 at T = 0.0003, 0.9 was aimed at"), std::string::npos) << warning_of(learned);
    auto about = nlohmann::json::parse(quality_text("entropic-autoencoder", small(), 256, learned, {}));
    EXPECT_EQ(about.at("warning"), warning_of(learned));
    EXPECT_EQ(about.at("target_error"), 0.9);
    EXPECT_EQ(about.at("runs")[1].at("error"), 0.5);
    learned.runs[1].error = 0.85;
    EXPECT_EQ(warning_of(learned), "");
    about = nlohmann::json::parse(quality_text("entropic-autoencoder", small(), 256, learned, {}));
    EXPECT_FALSE(about.contains("warning"));
    EXPECT_EQ(about.at("runs").size(), 2U);
}

TEST(Calibration, AScanIsMadeInAnyCaseAndLeavesTheFormulasTemperature)
{
    const Subsample rows{test::surface(256, 8), test::surface(128, 8, 2)};
    auto recipe = small();
    recipe.is_calibrated = false;
    auto bare = recipe;
    recipe.scan = {1e-7, 1e-4, 1e-3};
    const auto training = train(recipe, rows, {}, ranks()), without = train(bare, rows, {}, ranks());
    ASSERT_EQ(training.trials.size(), 4U);
    EXPECT_TRUE(without.trials.empty());
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(training.trials[i + 1].temperature, recipe.scan[i]);
    EXPECT_LT(training.trials[1].error, training.trials[2].error);
    EXPECT_LT(training.trials[2].error, training.trials[3].error) << "errors rise with the temperature";
    EXPECT_GT(training.trials[1].information, training.trials[3].information) << "and rows are told apart less";
    EXPECT_EQ(training.temperature, without.temperature);
    EXPECT_EQ(training.chains[0].theta, without.chains[0].theta) << "trials leave no trace in the training";
}

TEST(Calibration, AnErrorBelowThatOfPlainDescentIsRefused)
{
    const Subsample rows{test::surface(256, 8), test::surface(128, 8, 2)};
    auto recipe = small();
    recipe.target_error = 1e-9;
    try {
        train(recipe, rows, {}, ranks());
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_NE(std::string(error.what()).find("--target-error"), std::string::npos) << error.what();
    }
}

TEST(Quality, TheMeanReconstructionIsBetterThanReconstructionsAndUnitsHaveTheirVariances)
{
    const Subsample rows{test::surface(256, 8), test::surface(128, 8, 2)};
    auto recipe = small();
    recipe.is_calibrated = false;
    recipe.temperature = 3e-4;
    const auto training = train(recipe, rows, {}, ranks());
    auto r = representation_of(training, recipe, ranks());
    const auto quality = scale_and_judge(r, Method::entropic, nullptr, rows.held_out, ranks());
    EXPECT_LT(quality.r3, quality.r1) << "by convexity";
    EXPECT_GT(quality.r1, training.trials.empty() ? 0 : training.trials[0].error);

    // Variances of all codes of all encoders, by a second way.
    const auto count = r.encoders.size(), n = static_cast<std::size_t>(rows.held_out.rows);
    std::vector<double> z;  // [encoders, rows, units]
    Floats code(n * 2);
    for (const auto& encoder : r.encoders) {
        encode(r.shape, encoder.data(), rows.held_out.x.data(), rows.held_out.rows, code.data());
        z.insert(z.end(), code.begin(), code.end());
    }
    for (std::size_t u = 0; u < 2; ++u) {
        double mean = 0, pooled = 0;
        for (std::size_t i = 0; i < count * n; ++i) mean += z[2 * i + u] / static_cast<double>(count * n);
        for (std::size_t i = 0; i < count * n; ++i) pooled += std::pow(z[2 * i + u] - mean, 2) / static_cast<double>(count * n);
        EXPECT_NEAR(r.between[u] + r.within[u], pooled, 1e-4 * pooled);
        EXPECT_NEAR(r.factor[u], 1 / std::sqrt(pooled), 1e-4 / std::sqrt(pooled));
    }
}

}  // namespace sluice::represent
