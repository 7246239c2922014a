#include "problems/mueller_brown.hpp"
#include "problems/problem.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

// Numbers: specs, regression-methods, sections 3 and 5.
namespace sluice::problems {

namespace {

Simulator simulator(const std::string& kind)
{
    const auto* entry = ProblemRegistration::all().at(kind);
    return *entry->make(Options(entry->options)).simulator;
}

std::vector<double> answer(const Simulator& simulator, const std::vector<float>& x)
{
    std::vector<double> y(simulator.targets.size());
    simulator.answer(1, Population::pool, 0, x, y);
    return y;
}

/// Mean, variance, least and largest value of an output over many drawn rows.
struct Moments {
    double mean = 0, variance = 0, least = INFINITY, largest = -INFINITY;
};

constexpr RowId rows = 30000;

Moments moments_of(const std::string& kind, std::size_t output)
{
    const auto problem = simulator(kind);
    std::vector<float> x(problem.columns.size());
    std::vector<double> values;
    for (RowId row = 0; row < rows; ++row) {
        problem.draw(3, Population::pool, row, x);
        values.push_back(answer(problem, x)[output]);
    }
    Moments m;
    for (const double v : values) m.mean += v / rows, m.least = std::min(m.least, v), m.largest = std::max(m.largest, v);
    for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / rows;
    return m;
}

}  // namespace

TEST(SineGolden, HasTheStatedVarianceAndRange)
{
    const auto m = moments_of("sine", 0);
    EXPECT_NEAR(m.variance, .13933, .003);
    EXPECT_NEAR(m.least, -.961, 5e-4);
    EXPECT_NEAR(m.largest, .924, 5e-4);
}

TEST(RoboGolden, HasTheStatedMomentsAndReach)
{
    const auto first = moments_of("robo", 0), second = moments_of("robo", 1);
    EXPECT_NEAR(first.mean, 1.2724, .01);
    EXPECT_NEAR(first.variance, .1422, .005);
    EXPECT_NEAR(second.variance, 1.0858, .04);
    const auto robo = simulator("robo");
    EXPECT_EQ(answer(robo, {0, 0, 0, 0}), (std::vector<double>{2, 0}));
    const auto raised = answer(robo, {.5F, 1, 1, 1});
    EXPECT_NEAR(raised[0], 0, 1e-15);
    EXPECT_EQ(raised[1], 2.5);
}

TEST(StackGolden, AbsorbsAsStated)
{
    const auto stack = simulator("stack");
    ASSERT_EQ(stack.targets.size(), 256U);
    const std::array<std::pair<std::vector<float>, std::array<double, 5>>, 4> whole = {{
        {{0, 0, 0, 0, 0}, {.36264432, .23738732, .08380170, .07575918, .07249971}},
        {{1, 1, 1, 1, 1}, {.36398937, .23688889, .10464389, .05138644, .04776647}},
        {{1, -1, .5F, -.5F, 0}, {.24713162, .22235584, .09036857, .07889022, .07482325}},
        {{-1, -1, -1, -1, -1}, {.33367336, .26994195, .16142091, .11218439, .09968542}},
    }};
    constexpr std::array<std::size_t, 5> points = {0, 64, 128, 192, 255};
    for (const auto& [u, expected] : whole) {
        const auto y = answer(stack, u);
        for (std::size_t i = 0; i < points.size(); ++i) EXPECT_NEAR(y[points[i]], expected[i], 6e-9) << u[0] << " " << points[i];
    }
}

TEST(BessGolden, IsTheBesselFunctionOfTenOrders)
{
    const auto bess = simulator("bess");
    const std::array<std::pair<int, std::array<double, 5>>, 4> known = {{{0, {1, .7651976866, -.0483837765, -.1775967713, -.2459357645}},
                                                                         {1, {0, .4400505857, .4970941025, -.3275791376, .0434727462}},
                                                                         {3, {0, .0195633540, .2166003910, .3648312306, .0583793793}},
                                                                         {9, {0, 5.24925e-9, 1.7541958e-5, .0055202831, .2918556853}}}};
    constexpr std::array<double, 5> z = {0, 1, 2.5, 5, 10};
    for (const auto& [order, values] : known) {
        for (std::size_t i = 0; i < z.size(); ++i) {
            const auto u = static_cast<float>(z[i] / 5 - 1);
            // The argument is in single precision, which may round it.
            EXPECT_NEAR(answer(bess, {static_cast<float>((order + .5) / 5 - 1), u})[0], values[i], 2e-7) << order << " " << z[i];
        }
    }
    std::array<float, 2> x;
    std::array<int, 10> seen{};
    for (RowId row = 0; row < 10000; ++row) {
        bess.draw(1, Population::pool, row, x);
        const double place = (static_cast<double>(x[0]) + 1) * 5 - .5;
        ASSERT_NEAR(place, std::round(place), 1e-6);
        ++seen[static_cast<std::size_t>(std::round(place))];
    }
    for (const int count : seen) EXPECT_NEAR(count, 1000, 4 * 30);
}

/// The equation of motion y'' + 2 b y' + (b^2 + w^2) y = 0, by differences of the three outputs about each time.
TEST(Damp, ObeysItsEquationOfMotion)
{
    const auto damp = simulator("damp");
    ASSERT_EQ(damp.targets.size(), 100U);
    const auto y = answer(damp, {.6F, -.5F, -.7F});
    const double b = .25, w = std::numbers::pi * .3, step = .1;
    EXPECT_NEAR(y[0], .8, 1e-7);
    for (std::size_t i = 1; i + 1 < 100; ++i) {
        // Exact for a damped oscillation: y(t + h) + e^(-2 b h) y(t - h) = 2 e^(-b h) cos(w h) y(t).
        EXPECT_NEAR(y[i + 1] + std::exp(-2 * b * step) * y[i - 1], 2 * std::exp(-b * step) * std::cos(w * step) * y[i], 1e-6);
    }
    EXPECT_EQ(answer(damp, {-1, 0, 0}), std::vector<double>(100, 0.0));
}

TEST(Toy, KeepsItsFirstRowsOutOfTheGapAndNoOthers)
{
    const auto toy = simulator("toy");
    int in_gap = 0;
    for (RowId row = 0; row < 4010; ++row) {
        std::vector<float> x(1);
        toy.draw(1, Population::pool, row, x);
        const bool is_in_gap = x[0] > 0 && x[0] < 1.5F;
        EXPECT_FALSE(is_in_gap && row < 10) << row;
        EXPECT_LE(std::abs(x[0]), 3);
        in_gap += is_in_gap ? 1 : 0;
    }
    EXPECT_NEAR(in_gap, 1000, 4 * 28);
    EXPECT_DOUBLE_EQ(answer(toy, {.5F})[0], std::sin(1.5) + .25);
}

TEST(MuellerBrownGolden, HasTheStatedMinima)
{
    EXPECT_NEAR(mueller_brown(-.558, 1.442), -146.70, .005);
    EXPECT_NEAR(mueller_brown(.623, .028), -108.17, .005);
    EXPECT_NEAR(mueller_brown(-.050, .467), -80.77, .005);
    for (const auto& [x, y] : {std::pair{-.558, 1.442}, std::pair{.623, .028}, std::pair{-.050, .467}}) {
        for (const auto& [dx, dy] : {std::pair{.01, 0.}, std::pair{-.01, 0.}, std::pair{0., .01}, std::pair{0., -.01}}) {
            EXPECT_GT(mueller_brown(x + dx, y + dy), mueller_brown(x, y));
        }
    }
    EXPECT_EQ(mueller_brown(1.2, 2), 200) << "clipped";
}

/// The mean energy of a canonical ensemble is a quotient of integrals over the box.
TEST(MuellerBrown, IsSampledAtItsTemperature)
{
    constexpr double temperature = 15;
    double weight = 0, expected = 0, even = 0;
    constexpr int grid = 1000;
    for (int i = 0; i < grid; ++i) {
        for (int j = 0; j < grid; ++j) {
            const double v = mueller_brown(-1.5 + 2.7 * (i + .5) / grid, -.2 + 2.2 * (j + .5) / grid), w = std::exp(-(v + 146.7) / temperature);
            weight += w;
            expected += w * v;
            even += v / grid / grid;
        }
    }
    expected /= weight;
    const auto m = moments_of("mueller-brown", 0);
    EXPECT_NEAR(m.mean, .95 * expected + .05 * even, 4 * std::sqrt(m.variance / rows));
    EXPECT_GE(m.least, -146.6996);
}

}  // namespace sluice::problems
