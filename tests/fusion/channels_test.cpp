#include "fusion/fuse/channels.hpp"
#include "fusion/predict/closeness.hpp"

#include "support/world.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::fusion {
namespace {

Surrogate surrogate(std::size_t target, double accuracy, double calibration, double noise)
{
    Surrogate s;
    s.target = target;
    s.reliability.accuracy = accuracy;
    s.reliability.calibration = calibration;
    s.reliability.noise = noise;
    return s;
}

Switches published()
{
    Options options(switch_options());
    options.set(text("mode", ""), std::string("published"));
    resolve_switches(options);
    return switches_of(options);
}

Switches published_without(const std::string& part)
{
    auto switches = published();
    switches.without = part;
    return switches;
}

struct OneRow {
    std::vector<float> mean, deviation;
    std::vector<Surrogate> surrogates;
    Channels channels;

    double score(const Switches& switches = published()) const
    {
        double out = 0;
        fuse_row(mean.data(), deviation.data(), surrogates, channels, switches, 1, &out);
        return out;
    }
};

/// specs/fusion.md, section 18, checks 3 and 4.
OneRow worked_example()
{
    OneRow row{{1, 0.5F}, {0.1F, 0.2F}, {surrogate(0, 0.8, 0.5, 0), surrogate(0, 0.4, 0.5, 0)}, {}};
    row.channels.surrogate = {{.ratio = 0.5, .accuracy = 0.8}, {.ratio = 0.5, .accuracy = 0.4}};
    row.channels.target = {{.deviation = 0.1875, .boost = 0.3}};
    return row;
}

}  // namespace

TEST(GoldenFuseRow, GivesTheFusedScoreOfTheWorkedExample)
{
    EXPECT_NEAR(worked_example().score(published_without("ucb-channel")), 0.6305, 1e-6);
}

TEST(GoldenFuseRow, GivesTheAcquisitionOfTheWorkedExample)
{
    EXPECT_NEAR(worked_example().score(published_without("fused-channel")), 0.44525, 1e-6);
}

TEST(GoldenFuseRow, AddsTheChannelsInSquares)
{
    EXPECT_NEAR(worked_example().score(), 0.771866, 1e-6);
}

/// A family of no evidence takes no part in the acquisition: half of that of the other is left, as the mean is over both.
TEST(FuseRow, LeavesOutWhatHasNoEvidence)
{
    auto both = worked_example(), first = worked_example();
    first.channels.surrogate[1].evidence = 0;
    auto second = worked_example();
    second.channels.surrogate[0].evidence = 0;
    const auto acquisition = published_without("fused-channel");
    EXPECT_NEAR(first.score(acquisition) + second.score(acquisition), both.score(acquisition), 1e-12);
    EXPECT_GT(first.score(acquisition), second.score(acquisition));
}

/// Release B: residual variances 0.04 and 0.01 make both families equally sure, and the weights a tenth alike; KF = 0.5 and rKF = 0.338.
TEST(GoldenFuseRow, WeighsResidualVarianceAsInTheWorkedExample)
{
    auto row = worked_example();
    row.channels.surrogate[0].residual = 0.04, row.channels.surrogate[1].residual = 0.01;
    auto switches = published_without("ucb-channel");
    switches.noise_in_weights = true;
    row.channels.target[0] = {.deviation = 0};
    EXPECT_NEAR(row.score(switches), 0.5, 1e-6);
    row.channels.target[0] = {.deviation = 1, .boost = 0};
    EXPECT_NEAR(row.score(switches), 0.338, 1e-6);
}

/// A family that predicts one value everywhere has next to no spread, and knows nothing.
TEST(FuseRow, AFlatFamilyDoesNotSilenceTheOthers)
{
    auto row = worked_example();
    row.deviation[1] = 1e-8F;
    row.channels.surrogate[1] = {.accuracy = 1e-10, .residual = 0.5};
    row.channels.surrogate[0].residual = 0.1;
    auto switches = published_without("ucb-channel");
    row.channels.target[0] = {.deviation = 0};
    EXPECT_LT(row.score(switches), 1e-9) << "as published";
    switches.noise_in_weights = true;
    EXPECT_GT(row.score(switches), 0.5);
}

TEST(FuseRow, OrdersRowsWithoutPromiseBelowAllOthers)
{
    auto bad = worked_example(), worse = worked_example();
    for (auto& m : bad.mean) m -= 2;
    for (auto& m : worse.mean) m -= 3;
    EXPECT_LT(bad.score(), 0);
    EXPECT_LT(worse.score(), bad.score());
}

TEST(FuseRow, TrustsTheSureFamilyAndUnderFullDeviationTheUnsureOne)
{
    auto row = worked_example();
    row.surrogates[0].reliability.accuracy = row.channels.surrogate[0].accuracy = row.channels.surrogate[1].accuracy = 1;
    const auto only_fused = published_without("ucb-channel");
    row.channels.target[0].deviation = 0;
    const double sure = row.score(only_fused);
    row.channels.target[0] = {.deviation = 1, .boost = 0};
    const double unsure = row.score(only_fused);
    EXPECT_NEAR(sure, 0.8 * 1 + 0.2 * 0.5, 1e-6);
    EXPECT_NEAR(unsure, 0.2 * 1 + 0.8 * 0.5, 1e-6) << "weights sum to one";
}

TEST(GoldenCloseness, EqualsTheFoldedNormal)
{
    EXPECT_NEAR(closeness(0, 0.7).mean, -0.7 * std::sqrt(2 / M_PI), 1e-12) << "specs/fusion.md, section 18, check 11";
    EXPECT_LT(closeness(1.1, 0.7).mean, closeness(1, 0.7).mean);
    EXPECT_DOUBLE_EQ(closeness(-1, 0.7).mean, closeness(1, 0.7).mean);
    EXPECT_EQ(closeness(-2, 0).mean, -2);
    EXPECT_EQ(closeness(-2, 0).deviation, 0);
    // By numerical integration of |x| against the density of N(0.5, 0.8).
    double first = 0, second = 0;
    for (int i = -40000; i < 40000; ++i) {
        const double z = (i + 0.5) / 5000, x = 0.5 + 0.8 * z, weight = std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI) / 5000;
        first += weight * std::abs(x);
        second += weight * x * x;
    }
    EXPECT_NEAR(closeness(0.5, 0.8).mean, -first, 1e-7);
    EXPECT_NEAR(closeness(0.5, 0.8).deviation, std::sqrt(second - first * first), 1e-7);
}

namespace {

/// Six rows, one of them labelled, two surrogates.
struct SmallPool {
    Tiling tiling{6, 4};
    Share share = share_of(tiling, 0, 1);
    std::vector<pool::RowState> state = {pool::RowState::unlabelled, pool::RowState::unlabelled, pool::RowState::labelled, pool::RowState::unlabelled, pool::RowState::unlabelled, pool::RowState::unlabelled};
    Candidates candidates{tiling, share, state};
    std::vector<Surrogate> surrogates = {surrogate(0, 0.9, 0.3, 0.04), surrogate(0, 0.3, 0.2, 0.01)};
    std::vector<Target> targets{Target{.best = 1.2}};
    Moments moments{2, {0.1F, 0.2F, 1.0F, 1.1F, 9, 9, 1.3F, 0.2F, -1, -0.5F, 0.5F, 0.4F}, {0.1F, 0.3F, 0.2F, 0.1F, 9, 9, 0.4F, 0.2F, 0.1F, 0.1F, 0.3F, 0.2F}};
};

/// Section 9.3 by its letter.
std::vector<double> direct_signal(const SmallPool& pool)
{
    const std::vector<std::size_t> rows = {0, 1, 3, 4, 5};
    const auto mu = [&](std::size_t i, std::size_t f) { return static_cast<double>(pool.moments.mean[2 * i + f]); };
    const auto sa = [&](std::size_t i, std::size_t f) { return std::sqrt(std::pow(static_cast<double>(pool.moments.deviation[2 * i + f]), 2) + pool.surrogates[f].reliability.noise); };
    double above = 0;
    for (const auto i : rows) {
        for (std::size_t f : {0U, 1U}) above += mu(i, f) + sa(i, f) - 1.2 > 0 ? 0.1 : 0;
    }
    const double kappa = std::min(3.0, 1 + 2 * std::max(0.0, 0.1 - above));
    std::vector<double> snr;
    for (std::size_t f : {0U, 1U}) {
        double q_imp = 0, imp_sum = 0, q_up = 0, up = 0;
        for (const auto i : rows) {
            const double s_c = std::abs(mu(i, 0) - mu(i, 1)) / 2, s_eff = std::sqrt(sa(i, f) * sa(i, f) + 0.25 * s_c * s_c + 1e-6);
            const double m = mu(i, f) + kappa * sa(i, f) - 1.2, imp = 0.05 * std::log(1 + std::exp(m / 0.05)) / (1.2 + 0.01), q = imp / s_eff;
            q_imp += q * imp, imp_sum += imp;
            if (m > 0) q_up += q, up += 1;
        }
        snr.push_back(0.5 * q_imp / (imp_sum + 1e-9) + 0.5 * q_up / (up + 1e-9));
    }
    return snr;
}

}  // namespace

TEST(MeasureChannels, EqualsTheDefinitionsOverTheCandidates)
{
    const SmallPool pool;
    const std::vector<StructuralTrend> trend = {{.score = 0.6}, {.score = 0.4}};
    const auto channels = measure_channels(pool.moments, pool.candidates, pool.surrogates, pool.targets, trend, published(), test::ranks());
    const auto snr = direct_signal(pool);
    for (std::size_t f : {0U, 1U}) {
        EXPECT_NEAR(channels.surrogate[f].signal, snr[f], 1e-12);
        EXPECT_NEAR(channels.surrogate[f].ratio, std::sqrt(snr[f] * trend[f].score), 1e-12);
    }
    // Normalised reliabilities 1 and 1/3: mean 2/3, deviation 1/3.
    EXPECT_NEAR(channels.target[0].deviation, 2.0 / 9, 1e-12);
    double sum = 0, squares = 0;
    for (const std::size_t i : {0U, 1U, 3U, 4U, 5U}) {
        for (std::size_t f : {0U, 1U}) {
            const double variance = std::pow(static_cast<double>(pool.moments.deviation[2 * i + f]), 2);
            sum += variance / 10, squares += variance * variance / 10;
        }
    }
    const double prior = squares - sum * sum, gain = prior / (prior + 0.025);
    EXPECT_NEAR(channels.target[0].gain, gain, 1e-12) << "release A: the prior is a variance of variances";
    EXPECT_NEAR(channels.target[0].boost, (1 - gain) * 0.5, 1e-12);
}

/// specs/fusion.md, section 18, check 13: D = 0 and S = 1 are switches of their own; without a channel the score is the other's (worked example above).
TEST(GoldenMeasureChannels, LeavesOutTheDeviationAndTheStructure)
{
    const SmallPool pool;
    const std::vector<StructuralTrend> trend = {{.score = 0.6}, {.score = 0.4}};
    const auto measured = [&](const char* part) { return measure_channels(pool.moments, pool.candidates, pool.surrogates, pool.targets, trend, published_without(part), test::ranks()); };
    const auto whole = measured("none"), level = measured("deviation"), smooth = measured("structure");
    EXPECT_GT(whole.target[0].deviation, 0);
    EXPECT_EQ(level.target[0].deviation, 0);
    EXPECT_EQ(level.surrogate[0].ratio, whole.surrogate[0].ratio);
    for (std::size_t f : {0U, 1U}) {
        EXPECT_EQ(smooth.surrogate[f].structure, 1);
        EXPECT_NEAR(smooth.surrogate[f].ratio, std::sqrt(whole.surrogate[f].signal), 1e-12);
    }
}

TEST(MeasureChannels, PenalisesFlatSurrogatesAfterTheirAcquisition)
{
    const SmallPool pool;
    const std::vector<StructuralTrend> trend = {{.score = 0.6}, {.is_flat = true}};
    const auto channels = measure_channels(pool.moments, pool.candidates, pool.surrogates, pool.targets, trend, published(), test::ranks());
    EXPECT_DOUBLE_EQ(channels.surrogate[0].accuracy, 0.9);
    EXPECT_DOUBLE_EQ(channels.surrogate[1].accuracy, 0.003);
    EXPECT_DOUBLE_EQ(channels.surrogate[1].ratio, 0);
}

}  // namespace sluice::fusion
