#include "acquisition/mi_lb.hpp"

#include "support/draws.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <fstream>
#include <numbers>

namespace sluice::acquisition {

namespace {

/// Written by tests/golden/mi_lb.py.
const nlohmann::json& golden()
{
    static const nlohmann::json file = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/mi_lb.json"));
    return file;
}

/// The mixtures of a golden case; its twin is in mi_lb.py.
EnsembleMixture mixture_of(std::size_t c)
{
    const auto u = test::uniforms(2 * c, 4);
    const auto members = 2 + static_cast<std::size_t>(u[0] * 7), components = 1 + static_cast<std::size_t>(u[1] * 5);
    constexpr std::array<std::size_t, 5> all_targets = {1, 2, 4, 16, 20};
    const auto targets = all_targets[static_cast<std::size_t>(u[2] * 5)];
    const double spread = std::ldexp(1.0, static_cast<int>(u[3] * 10) - 5);
    const auto count = members * components;
    const auto normals = test::normals(2 * c + 1, count * (1 + targets)), uniforms = test::uniforms(2 * c + 3000, count * targets);
    std::vector<float> logits, means, variances;
    for (std::size_t i = 0; i < count; ++i) logits.push_back(2 * static_cast<float>(normals[i]));
    for (std::size_t i = 0; i < count * targets; ++i) means.push_back(static_cast<float>(spread) * static_cast<float>(normals[count + i]));
    for (const double x : uniforms) variances.push_back(static_cast<float>(0.0625 + x));
    EnsembleMixture mixture(members, components, targets);
    const std::vector<double> floors(targets, 1e-8);
    for (std::size_t e = 0; e < members; ++e) {
        mixture.set_member(e, logits.data() + e * components, means.data() + e * components * targets, variances.data() + e * components * targets, floors.data());
    }
    mixture.weigh_members();
    return mixture;
}

EnsembleMixture check_mixture()
{
    EnsembleMixture mixture(2, 2, 2);
    const std::array<double, 2> floors = {1e-8, 1e-8};
    const std::array<float, 2> logits1 = {.2F, -.3F}, logits2 = {1, 0};
    const std::array<float, 4> means1 = {0, 0, 1, -1}, means2 = {.5F, .25F, 2, 2}, variances1 = {1, .5F, .25F, 2}, variances2 = {.3F, .3F, 1, 1};
    mixture.set_member(0, logits1.data(), means1.data(), variances1.data(), floors.data());
    mixture.set_member(1, logits2.data(), means2.data(), variances2.data(), floors.data());
    mixture.weigh_members();
    return mixture;
}

}  // namespace

TEST(MiLbGolden, IsThatOfTheSpecificationsCheckVector)
{
    auto mixture = check_mixture();
    EXPECT_NEAR(mi_lb_bound(2, 2), 0.3862943611198906, 1e-15);
    EXPECT_NEAR(std::exp(mi_lb_log_delta(mixture)), 0.8001684869916129, 1e-7);  // variances and logits are rounded to float32
    EXPECT_NEAR(mi_lb_two_term(mixture), -0.41387415F, 2e-7F);
}

TEST(MiLbGolden, LogDeltaIsThatOfManyDigitsOfPrecision)
{
    const auto& expected = golden()["log_delta"];
    ASSERT_EQ(expected.size(), 1000);
    std::size_t on_plateau = 0;
    for (std::size_t c = 0; c < expected.size(); ++c) {
        auto mixture = mixture_of(c);
        const double truth = expected[c].get<double>();
        EXPECT_NEAR(mi_lb_log_delta(mixture), truth, 1e-6 * std::abs(truth)) << "case " << c;
        on_plateau += truth < std::log(1e-12) ? 1 : 0;
    }
    EXPECT_EQ(on_plateau, 157);
}

TEST(MiLbGolden, IsNotAboveTheMutualInformationThatSamplingFinds)
{
    const auto& information = golden()["mutual_information"];
    const auto& error = golden()["standard_error"];
    for (std::size_t c = 0; c < information.size(); ++c) {
        auto mixture = mixture_of(c);
        const double bound = mi_lb_bound(mixture.members, mixture.targets) - std::exp(mi_lb_log_delta(mixture));
        EXPECT_LE(bound, information[c].get<double>() + 4 * error[c].get<double>() + 1e-5) << "case " << c;
    }
}

TEST(MiLb, OfEqualComponentsIsTheirNumbersLogarithmBelowZero)
{
    constexpr std::size_t components = 5, targets = 3;
    EnsembleMixture mixture(8, components, targets);
    const std::vector<float> logits(components, 0.5F), means(components * targets, 2.0F), variances(components * targets, 0.25F);
    const std::vector<double> floors(targets, 1e-8);
    for (std::size_t e = 0; e < 8; ++e) mixture.set_member(e, logits.data(), means.data(), variances.data(), floors.data());
    mixture.weigh_members();
    EXPECT_NEAR(mi_lb_bound(8, targets) - std::exp(mi_lb_log_delta(mixture)), -std::log(5.0) - 1.5 * (1 - std::numbers::ln2), 1e-12);
    EXPECT_NEAR(mi_lb_two_term(mixture), -std::log(5.0) - 1.5 * (1 - std::numbers::ln2), 1e-5);
}

TEST(MiLb, DoesNotChangeWhenTargetsAreShiftedAndRescaled)
{
    auto mixture = mixture_of(1), moved = mixture;
    for (std::size_t d = 0; d < mixture.targets; ++d) {
        const double scale = std::ldexp(1.0, static_cast<int>(d) - 2);
        for (std::size_t i = 0; i < mixture.count; ++i) {
            moved.mean[d * mixture.padded + i] = moved.mean[d * mixture.padded + i] * scale + 3;
            moved.variance[d * mixture.padded + i] *= scale * scale;
        }
    }
    EXPECT_NEAR(mi_lb_log_delta(moved), mi_lb_log_delta(mixture), 1e-12);
}

TEST(MiLb, PairsAreAllCountedWhateverTheirNumber)  // against a sum over i and j, for odd and even numbers of components, more and fewer than the lanes of a loop
{
    for (std::size_t c = 0; c < 40; ++c) {
        const auto mixture = mixture_of(c);
        const auto log_density = [&](std::size_t i, std::size_t j) {
            double sum = 0;
            for (std::size_t d = 0; d < mixture.targets; ++d) {
                const auto a = d * mixture.padded + i, b = d * mixture.padded + j;
                const double spread = mixture.variance[a] + mixture.variance[b], difference = mixture.mean[a] - mixture.mean[b];
                sum += difference * difference / spread + std::log(spread);
            }
            return -0.5 * sum;
        };
        double delta = 0;
        for (std::size_t i = 0; i < mixture.count; ++i) {
            double ratio = 0;
            for (std::size_t j = 0; j < mixture.count; ++j) {
                if (j != i) ratio += std::exp(mixture.log_beta[j] - mixture.log_beta[i] + log_density(i, j) - log_density(i, i));
            }
            delta += std::exp(mixture.log_beta[i]) * std::log1p(ratio);
        }
        if (delta < 1e-250) continue;
        auto same = mixture;
        EXPECT_NEAR(mi_lb_log_delta(same), std::log(delta), 1e-12 * std::max(1.0, std::abs(std::log(delta)))) << mixture.count << " components";
    }
}

TEST(MiLb, AComponentWithoutWeightDoesNotCount)
{
    EnsembleMixture with(2, 2, 1), without(2, 1, 1);
    const double floor = 1e-8;
    const std::array<float, 2> logits = {0, -2000}, means = {1, 5}, variances = {1, 1};
    for (std::size_t e = 0; e < 2; ++e) {
        const std::array<float, 2> own = {means[0] + static_cast<float>(e), means[1]};
        with.set_member(e, logits.data(), own.data(), variances.data(), &floor);
        without.set_member(e, logits.data(), own.data(), variances.data(), &floor);
    }
    with.weigh_members();
    without.weigh_members();
    EXPECT_NEAR(mi_lb_log_delta(with), mi_lb_log_delta(without), 1e-14);
}

}  // namespace sluice::acquisition
