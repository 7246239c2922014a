#include "models/gaussian_process/gaussian_process.hpp"

#include "models/ensemble.hpp"
#include "support/draws.hpp"
#include "support/training.hpp"
#include "support/world.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>

namespace sluice::models {

namespace {

/// Written by tests/golden/gaussian_process.py, with scikit-learn.
const nlohmann::json& golden()
{
    static const nlohmann::json file = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/gaussian_process.json"));
    return file;
}

std::vector<float> points(std::uint64_t seed, std::size_t count)
{
    const auto drawn = test::normals(seed, count);
    return {drawn.begin(), drawn.end()};
}

TrainingSet labelled_set(const nlohmann::json& c)
{
    const auto number = c["case"].get<std::uint64_t>();
    TrainingSet data;
    data.columns = c["columns"];
    data.targets = c["targets"];
    const std::int64_t rows = c["rows"];
    data.x = points(10 * number, static_cast<std::size_t>(rows * data.columns));
    const auto noise = test::normals(10 * number + 1, static_cast<std::size_t>(rows * data.targets));
    for (std::int64_t i = 0; i < rows; ++i) {
        data.rows.push_back(i);
        const auto* x = data.x.data() + i * data.columns;
        for (std::int64_t t = 0; t < data.targets; ++t) {
            const double first = static_cast<double>(x[0]), last = static_cast<double>(x[data.columns - 1]);
            data.y.push_back(std::sin((static_cast<double>(t) + 1.5) * first) + 0.3 * last * last + 0.1 * noise[static_cast<std::size_t>(i * data.targets + t)]);
        }
    }
    return data;
}

Kernel kernel_of(const nlohmann::json& c)
{
    return c["kernel"] == "matern-5/2" ? Kernel::matern52 : Kernel::squared_exponential;
}

KernelParameters parameters_of(const nlohmann::json& c)
{
    return {c["parameters"][0], c["parameters"][1], c["parameters"][2]};
}

/// 1e-6 of a number, or of 1.
double millionth(double value)
{
    return 1e-6 * std::max(1.0, std::abs(value));
}

}  // namespace

TEST(GaussianProcessGolden, LikelihoodAndItsGradientAreThoseOfScikitLearn)
{
    ASSERT_EQ(golden()["cases"].size(), 8U);
    for (const auto& c : golden()["cases"]) {
        SCOPED_TRACE(c["kernel"].get<std::string>() + " " + std::to_string(c["case"].get<int>()));
        std::array<double, 3> gradient;
        EXPECT_NEAR(log_marginal_likelihood(kernel_of(c), parameters_of(c), labelled_set(c), &gradient), c["likelihood"].get<double>(), millionth(c["likelihood"]));
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(gradient[i], c["gradient"][i].get<double>(), millionth(c["gradient"][i])) << i;
    }
}

/// Parameters pass through single precision on their way to the predictor, which costs 6e-8 of them.
TEST(GaussianProcessGolden, MeanAndVarianceAreThoseOfScikitLearn)
{
    for (const auto& c : golden()["cases"]) {
        SCOPED_TRACE(c["kernel"].get<std::string>() + " " + std::to_string(c["case"].get<int>()));
        const auto data = labelled_set(c);
        const auto family = gaussian_process({.kernel = kernel_of(c)});
        const auto tested = c["mean"].size(), targets = static_cast<std::size_t>(data.targets);
        const auto x = points(10 * c["case"].get<std::uint64_t>() + 2, tested * static_cast<std::size_t>(data.columns));
        const std::vector<Member> member = {to_member(parameters_of(c), 0)};
        std::vector<float> said(tested * 2 * targets);
        family.predictor(member, data, parallel::Place::host)(x.data(), static_cast<std::int64_t>(tested), said.data());
        std::vector<double> variance(tested);
        family.posterior(member, data).variance(x.data(), static_cast<std::int64_t>(tested), variance.data());
        for (std::size_t i = 0; i < tested; ++i) {
            const double expected = c["variance"][i];
            EXPECT_NEAR(variance[i], expected, 1e-6);
            for (std::size_t t = 0; t < targets; ++t) {
                EXPECT_NEAR(static_cast<double>(said[(2 * i) * targets + t]), c["mean"][i][t].get<double>(), millionth(c["mean"][i][t])) << i;
                EXPECT_NEAR(static_cast<double>(said[(2 * i + 1) * targets + t]), expected, 1e-6) << i;
            }
        }
    }
}

TEST(GaussianProcessGolden, TheSearchEndsWhereThatOfScikitLearnEnds)
{
    for (const auto& c : golden()["cases"]) {
        SCOPED_TRACE(c["kernel"].get<std::string>() + " " + std::to_string(c["case"].get<int>()));
        const auto data = labelled_set(c);
        const auto family = gaussian_process({.kernel = kernel_of(c)});
        const auto members = family.train(data, std::vector<Bootstrap>(3), 0, {1, 1});
        ASSERT_EQ(members.size(), 3U);
        const auto best = *std::max_element(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.back() < b.back(); });
        const auto found = models::parameters_of(best);
        const double likelihood = log_marginal_likelihood(kernel_of(c), found, data);
        const bool has_noise = c["found_parameters"][2].get<double>() > 1e-6;  // else it is at a bound, which differ
        EXPECT_NEAR(likelihood, c["found_likelihood"].get<double>(), has_noise ? 1e-5 : 0.01);
        if (!has_noise) continue;
        const std::array<double, 3> parameters = {found.amplitude, found.length, found.noise};
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(std::log(parameters[i] / c["found_parameters"][i].get<double>()), 0, 2e-3) << i;
    }
}

TEST(GaussianProcess, IsOfOneDistributionAndNotOfMembers)
{
    const auto data = test::smooth_labels(60);
    const auto family = test::family("gaussian-process", {});
    const auto process = fit_ensemble(family, data, 3, 2, {1, 1}, test::ranks());
    EXPECT_EQ(process.width(), 2);
    EXPECT_TRUE(process.out_of_bag_r2.empty());
    ASSERT_TRUE(process.posterior);
    std::vector<float> said(60 * 2 * 2);
    process.predict(data.x.data(), 60, said.data());
    double residual = 0;
    for (std::size_t i = 0; i < 60; ++i) {
        residual += std::pow(static_cast<double>(said[4 * i]) - data.y[2 * i], 2) / 60;
        EXPECT_EQ(said[4 * i + 2], said[4 * i + 3]) << "targets share the kernel";
    }
    EXPECT_LT(residual, 0.01) << "a smooth function without noise is passed through";
}

TEST(GaussianProcess, SearchesOnSomeRowsAndKnowsAll)
{
    const auto data = test::smooth_labels(150, 3, 1);
    const auto some = test::family("gaussian-process", {{"search_rows", std::int64_t{40}}});
    const auto members = some.train(data, std::vector<Bootstrap>(2), 0, {1, 1});
    EXPECT_NE(members[0], test::family("gaussian-process", {}).train(data, std::vector<Bootstrap>(1), 0, {1, 1})[0]);
    EXPECT_EQ(members[0], some.train(data, std::vector<Bootstrap>(1), 0, {1, 1})[0]) << "whatever it is trained beside";
    EXPECT_NE(members[0], some.train(data, std::vector<Bootstrap>(1), 0, {2, 1})[0]) << "other rows are drawn";
    std::vector<double> variance(150);
    some.posterior(members, data).variance(data.x.data(), 150, variance.data());
    for (const double v : variance) EXPECT_LT(v, 0.1) << "every row is labelled";
}

TEST(GaussianProcess, RefusesMoreRowsThanItIsFor)
{
    TrainingSet data{.rows = std::vector<RowId>(5001), .columns = 1, .targets = 1, .x = std::vector<float>(5001), .y = std::vector<double>(5001)};
    EXPECT_THROW(gaussian_process({}).train(data, std::vector<Bootstrap>(1), 0, {1, 1}), Error);
}

}  // namespace sluice::models
