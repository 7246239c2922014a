#include "problems/multimodal.hpp"

#include "problems/problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

// Every number below: specs, two-index, section 8.1, computed with the published code.
namespace sluice::problems {

namespace {

const Multimodal& published()
{
    static const auto system = draw_multimodal();
    return system;
}

Simulator simulator()
{
    return *ProblemRegistration::all().at("multimodal")->make({}).simulator;
}

void expect_near(const Eigen::MatrixXd& found, const std::vector<double>& expected)
{
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found(0, static_cast<Eigen::Index>(i)), expected[i], 2e-6 * std::max(1.0, std::abs(expected[i]))) << i;
}

struct Point {
    std::vector<float> x;
    std::vector<double> weight, mean, log_variance;  // first output
    double log_density_at_zero;
};

std::vector<float> alternating(float value)
{
    std::vector<float> x(10, value);
    for (std::size_t i = 1; i < 10; i += 2) x[i] = -value;
    return x;
}

/// Rows of the pool and their labels, seed 3.
struct Sample {
    static constexpr std::size_t rows = 50000;
    std::vector<float> x;
    std::vector<double> y;
};

const Sample& sample()
{
    static const Sample drawn = [] {
        const auto problem = simulator();
        Sample s{std::vector<float>(Sample::rows * 10), std::vector<double>(Sample::rows * 16)};
        for (std::size_t r = 0; r < Sample::rows; ++r) {
            const auto x = std::span(s.x).subspan(10 * r, 10);
            problem.draw(3, Population::pool, static_cast<RowId>(r), x);
            problem.answer(3, Population::pool, static_cast<RowId>(r), x, std::span(s.y).subspan(16 * r, 16));
        }
        return s;
    }();
    return drawn;
}

}  // namespace

TEST(MultimodalGolden, DrawsThePublishedInputs)
{
    expect_near(published().manifold, {.2659687, -.3615085, .4536285, -.4752263});
    expect_near(published().manifold_offset.transpose(), {-.24392, .1228701, -.7633101, -.9311066, 1.183018, .1662507, -1.2691137, -1.4706578, -.2064591, 1.076323});
}

TEST(MultimodalGolden, DrawsThePublishedResponse)
{
    const auto& s = published();
    expect_near(s.frequency, {.1367073, .1857091, -.3610291, -.1182056, -.0629615});
    EXPECT_NEAR(s.frequency.sum(), .607966, 1e-5);
    EXPECT_NEAR(s.frequency.squaredNorm(), 122.9409, 1e-4);
    expect_near(s.phase.transpose(), {2.4442351, .5386954, .3205713});
    EXPECT_NEAR(s.phase.sum(), 379.6829, 1e-4);
    expect_near(s.mean_weight, {-.019145, -.1756985, -.0539701});
    EXPECT_NEAR(s.mean_weight.sum(), 5.61108, 1e-4);
    EXPECT_NEAR(s.mean_weight.squaredNorm(), 47.7358, 1e-4);
    expect_near(s.variance_weight, {-.0224863, -.0564442, -.0605653});
    EXPECT_NEAR(s.variance_weight.sum(), -12.68076, 1e-4);
    EXPECT_NEAR(s.variance_weight.squaredNorm(), 47.97595, 1e-4);
    expect_near(s.mean_offset.transpose(), {2.8863969, -.0963292, 1.5268941});
    EXPECT_NEAR(s.mean_offset.sum(), -14.776136, 1e-4);
    EXPECT_NEAR(s.mean_offset.squaredNorm(), 5019.4578, 3e-3);
    expect_near(s.direction.row(0), {-.8190278, .3358256, -.4622093, .0526986});
    expect_near(s.direction.row(1), {-.6766595, .4958637, -.3888559, -.3808439});
}

TEST(MultimodalGolden, RespondsAsPublishedAtThreePoints)
{
    const std::vector<Point> points = {
        {std::vector<float>(10, 0.0F), {.909443, .0452785, .0452785}, {-.447091, -8.333330, 17.313381}, {.702561, -.424382, .887273}, -29.526905},
        {std::vector<float>(10, 0.5F), {.906372, .0468305, .0467974}, {-.423263, -8.961967, 17.166058}, {1.075208, -.489212, .998623}, -29.957329},
        {alternating(0.8F), {.0908959, .2255901, .6835139}, {-9.895693, -18.082706, 7.284063}, {.082799, -.287924, .673681}, -137.87015}};
    for (const auto& point : points) {
        const auto response = branches_at(published(), point.x);
        for (std::size_t k = 0; k < 3; ++k) {
            EXPECT_NEAR(response.weight[k], point.weight[k], 1e-6);
            EXPECT_NEAR(response.mean[16 * k], point.mean[k], 2e-6 * std::max(1.0, std::abs(point.mean[k])));
            EXPECT_NEAR(response.log_variance[16 * k], point.log_variance[k], 2e-6);
        }
        EXPECT_NEAR(log_density(response, std::vector<double>(16, 0.0)), point.log_density_at_zero, 1e-6 * std::abs(point.log_density_at_zero));
    }
}

TEST(MultimodalGolden, ItsPoolHasThePublishedStatistics)
{
    const auto& s = sample();
    const double n = Sample::rows;
    std::vector<double> radius(Sample::rows);
    std::array<double, 3> weight{};
    double within = 0, near = 0;
    const auto problem = simulator();
    for (std::size_t r = 0; r < Sample::rows; ++r) {
        const auto x = std::span(s.x).subspan(10 * r, 10);
        radius[r] = boundary_radius(x);
        within += radius[r] < 1.3 ? 1 / n : 0;
        near += problem.near_boundary(x) ? 1 / n : 0;
        const auto response = branches_at(published(), x);
        for (std::size_t k = 0; k < 3; ++k) weight[k] += response.weight[k] / n;
    }
    const auto standard_error = [&](double p) { return std::sqrt(p * (1 - p) / n); };
    EXPECT_NEAR(within, .485, 4 * standard_error(.485) + .0005);
    EXPECT_NEAR(near, .845, 4 * standard_error(.845) + .0005);
    // Weights lie within [0, 0.91]: their deviations are below 0.4.
    EXPECT_NEAR(weight[0], .489, 4 * .4 / std::sqrt(n) + .0005);
    EXPECT_NEAR(weight[1], .228, 4 * .4 / std::sqrt(n) + .0005);
    EXPECT_NEAR(weight[2], .282, 4 * .4 / std::sqrt(n) + .0005);
    std::sort(radius.begin(), radius.end());
    // A quantile's standard error is sqrt(p (1 - p) / n) over the density there, which is above 0.5 between the 10 % and the 90 % quantile.
    const std::vector<std::pair<double, double>> quantiles = {{.1, 1.042}, {.25, 1.156}, {.5, 1.309}, {.75, 1.454}, {.9, 1.601}};
    for (const auto& [p, value] : quantiles) EXPECT_NEAR(radius[static_cast<std::size_t>(p * n)], value, 4 * standard_error(p) / 0.5 + .0005) << p;
    EXPECT_NEAR(radius.front(), .746, .03);
    EXPECT_NEAR(radius.back(), 1.987, .02);
}

TEST(MultimodalGolden, ItsLabelsHaveThePublishedEntropyAndDeviation)
{
    const auto& s = sample();
    const auto problem = simulator();
    double sum = 0, squares = 0, spread = 0;
    for (std::size_t r = 0; r < Sample::rows; ++r) {
        const auto y = std::span(s.y).subspan(16 * r, 16);
        const double nll = -problem.log_density(std::span(s.x).subspan(10 * r, 10), y);
        sum += nll / Sample::rows;
        squares += nll * nll / Sample::rows;
        for (const double v : y) spread += v * v / (16 * Sample::rows);
    }
    const double deviation = std::sqrt(squares - sum * sum);
    EXPECT_NEAR(sum, 23.03, 4 * 3.16 / std::sqrt(static_cast<double>(Sample::rows)) + .005);
    EXPECT_NEAR(deviation, 3.16, .05);
    EXPECT_NEAR(std::sqrt(spread), 6.40, .05) << "the mean of every output is 0 everywhere";
}

}  // namespace sluice::problems
