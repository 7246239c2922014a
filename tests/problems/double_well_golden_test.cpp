#include "problems/double_well.hpp"

#include "problems/problem.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

// Every number below: specs, two-index, section 8.2, computed with the published code.
namespace sluice::problems {

namespace {

using Label = std::array<double, DoubleWell::outputs>;

Simulator simulator()
{
    return *ProblemRegistration::all().at("double-well")->make({}).simulator;
}

Label without_noise(float coupling)
{
    const std::array<float, 7> x{1.2F, -.4F, .3F, -1.1F, .05F, 0.0F, coupling};
    const std::vector<float> noise(DoubleWell::steps * DoubleWell::particles, 1.0F);
    Label y;
    simulate_double_well(x, noise, y);
    return y;
}

void expect_snapshot(const Label& y, std::size_t snapshot, const std::array<double, 5>& expected)
{
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(y[5 * snapshot + i], expected[i], 2e-6) << "particle " << i + 1;
}

/// Paths that begin with all particles at -0.5. Their rows are numbers of the pool; the answers depend on nothing else.
std::vector<Label> paths(float sigma, float coupling, std::size_t count)
{
    const auto problem = simulator();
    const std::array<float, 7> x{-.5F, -.5F, -.5F, -.5F, -.5F, sigma, coupling};
    std::vector<Label> drawn(count);
    for (std::size_t r = 0; r < count; ++r) problem.answer(9, Population::pool, static_cast<RowId>(r), x, drawn[r]);
    return drawn;
}

struct Statistics {
    double right_first = 0, right_third = 0;  // fractions of particles 1 and 3 in the right well at the end
    double deviation = 0, correlation = 0;    // of particle 1; of particles 1 and 2
};

constexpr std::size_t last = 15;  // first particle in the last snapshot

Statistics statistics_of(const std::vector<Label>& drawn)
{
    const auto n = static_cast<double>(drawn.size());
    Statistics s;
    double mean1 = 0, mean2 = 0, square1 = 0, square2 = 0, product = 0;
    for (const auto& y : drawn) {
        s.right_first += y[last] > 0 ? 1 / n : 0;
        s.right_third += y[last + 2] > 0 ? 1 / n : 0;
        mean1 += y[last] / n, mean2 += y[last + 1] / n;
        square1 += y[last] * y[last] / n, square2 += y[last + 1] * y[last + 1] / n, product += y[last] * y[last + 1] / n;
    }
    s.deviation = std::sqrt(square1 - mean1 * mean1);
    s.correlation = (product - mean1 * mean2) / s.deviation / std::sqrt(square2 - mean2 * mean2);
    return s;
}

/// Four standard errors of the difference of two fractions, and half a unit of the last digit published.
double fraction_tolerance(double p, double published, double own)
{
    return 4 * std::sqrt(std::max(p * (1 - p), 1e-3) * (1 / published + 1 / own)) + .0005;
}

}  // namespace

TEST(DoubleWellGolden, FollowsThePublishedTrajectoriesWithoutNoise)
{
    expect_snapshot(without_noise(0), 3, {1.0000066, -.9998851, .9997778, -1.0000037, .99111});
    expect_snapshot(without_noise(1.5), 0, {.5768776, .3029809, -.1274976, -.4552825, -.589894});
    expect_snapshot(without_noise(1.5), 3, {.4562247, .1483744, -.3347771, -.6865129, -.8339475});
    expect_snapshot(without_noise(3), 3, {-.5044961, -.5410229, -.5970756, -.6494637, -.6800709});
}

TEST(DoubleWellGolden, EndsInThePublishedWellsOfAChain)
{
    struct Case {
        float sigma, coupling;
        double first, third, deviation, correlation;
    };
    constexpr double published = 4000, own = 8000;
    for (const auto& c : {Case{.4F, 0, .087, .088, .544, .01}, Case{.4F, 1.5F, .0005, .0005, .181, .433}, Case{.8F, 0, .402, .397, .899, 0},
                          Case{.8F, 1.5F, .192, .151, .664, .797}, Case{1.2F, 1.5F, .422, .387, .852, .718}, Case{1.8F, 1.5F, .496, .489, .975, .556}}) {
        const auto s = statistics_of(paths(c.sigma, c.coupling, static_cast<std::size_t>(own)));
        EXPECT_NEAR(s.right_first, c.first, fraction_tolerance(c.first, published, own)) << c.sigma << " " << c.coupling;
        EXPECT_NEAR(s.right_third, c.third, fraction_tolerance(c.third, published, own)) << c.sigma << " " << c.coupling;
        // A deviation's relative standard error is at most that of a normal number twice over: few paths cross, and these make the tails.
        EXPECT_NEAR(s.deviation, c.deviation, 4 * 2 * c.deviation * std::sqrt(0.5 / published + 0.5 / own) + .0005) << c.sigma << " " << c.coupling;
        EXPECT_NEAR(s.correlation, c.correlation, 4 * std::sqrt(1 / published + 1 / own) + .005) << c.sigma << " " << c.coupling;
    }
}

/// Without coupling each of the five is a particle of its own.
TEST(DoubleWellGolden, ASingleParticleCrossesAsOftenAsPublished)
{
    constexpr double published = 2000, own = 5 * 2000;
    for (const auto& [sigma, expected] : {std::pair{.3F, .0145}, std::pair{.7F, .352}, std::pair{1.0F, .456}, std::pair{1.5F, .489}}) {
        double right = 0;
        for (const auto& y : paths(sigma, 0, 2000)) {
            for (std::size_t i = 0; i < 5; ++i) right += y[last + i] > 0 ? 1 / own : 0;
        }
        EXPECT_NEAR(right, expected, fraction_tolerance(expected, published, own)) << sigma;
    }
}

TEST(DoubleWellGolden, ItsPoolHasThePublishedDeviations)
{
    constexpr std::size_t rows = 8000;
    const auto problem = simulator();
    std::array<double, 4> squares{};
    double mean = 0, near = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        std::array<float, 7> x;
        Label y;
        problem.draw(2, Population::pool, static_cast<RowId>(r), x);
        problem.answer(2, Population::pool, static_cast<RowId>(r), x, y);
        near += problem.near_boundary(x) ? 1.0 / rows : 0;
        for (std::size_t i = 0; i < 20; ++i) mean += y[i] / (20 * rows), squares[i / 5] += y[i] * y[i] / (5 * rows);
    }
    // Positions of one path are alike: as if one number were drawn in a path.
    constexpr std::array<double, 4> published{.80, .85, .87, .88};
    const double error = std::sqrt(0.5 / rows);
    for (std::size_t s = 0; s < 4; ++s) EXPECT_NEAR(std::sqrt(squares[s]), published[s], 4 * error + .005);
    EXPECT_NEAR(std::sqrt((squares[0] + squares[1] + squares[2] + squares[3]) / 4), .858, 4 * error);
    EXPECT_NEAR(mean, 0, 4 * .86 / std::sqrt(static_cast<double>(rows)));
    EXPECT_NEAR(near, .7 / 1.7, 4 * std::sqrt(.25 / rows));
}

TEST(DoubleWell, InputsFillTheirBox)
{
    const auto problem = simulator();
    std::array<float, 7> low, high, x;
    low.fill(10), high.fill(-10);
    for (RowId r = 0; r < 2000; ++r) {
        problem.draw(4, Population::test, r, x);
        for (std::size_t c = 0; c < 7; ++c) low[c] = std::min(low[c], x[c]), high[c] = std::max(high[c], x[c]);
    }
    const std::array<float, 7> lower{-1.5F, -1.5F, -1.5F, -1.5F, -1.5F, .3F, 0}, upper{1.5F, 1.5F, 1.5F, 1.5F, 1.5F, 2, 3};
    for (std::size_t c = 0; c < 7; ++c) {
        EXPECT_GE(low[c], lower[c]);
        EXPECT_LE(high[c], upper[c]);
        EXPECT_NEAR(low[c], lower[c], .02 * (upper[c] - lower[c]));
        EXPECT_NEAR(high[c], upper[c], .02 * (upper[c] - lower[c]));
    }
}

}  // namespace sluice::problems
