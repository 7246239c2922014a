#include "problems/ternary.hpp"

#include "problems/problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// Every number below: specs, two-index, section 8.3, computed with the published code.
namespace sluice::problems {

namespace {

const Ternary& published()
{
    static const auto system = draw_ternary();
    return system;
}

Branches at(double a, double b, double process)
{
    std::vector<float> x(8, static_cast<float>(process));
    x[0] = static_cast<float>(a);
    x[1] = static_cast<float>(b);
    return branches_at(published(), x);
}

Simulator simulator()
{
    return *ProblemRegistration::all().at("ternary")->make({}).simulator;
}

template <typename Vector>
void expect_near(const Vector& found, const std::vector<double>& expected)
{
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[static_cast<Eigen::Index>(i)], expected[i], 2e-6 * std::max(1.0, std::abs(expected[i]))) << i;
}

struct Constants {
    std::vector<double> upper, slope, response_slope, wave, log_variance_slope, process;
    double response, log_variance;
};

const std::vector<Constants> constants = {
    {{1.1446546, -.73016256, .23502317, 1.4574258, .5375007, 1.5604842}, {-.38136646, -2.512239, -.25932553}, {10.325725, -2.4872456, -5.5104847},
     {.83578414, -.32976916, 1.0819026}, {.60798162, .42249084, -.26266637}, {-.04829019, .8195654, .37341374, 1.3619608, -1.0124224, -1.3805084}, 1.7967231, -.5766492},
    {{.81116194, .12836796, -.31941327, .60142094, .13939063, .85687226}, {-1.0745054, 1.4568714, -.9318546}, {2.6878688, 9.896686, 3.2738562},
     {-2.4814394, .03080245, -2.745653}, {.0027285155, .3431567, -.76367223}, {1.9678023, -.908127, 1.7715681, .24052675, -1.4250395, .29612848}, 3.797449, -.7047333},
    {{1.3181658, .5894595, .5462231, .9435603, .2572926, 1.4907978}, {-1.1209681, 1.9251188, -2.2332575}, {-7.177964, 2.570819, 6.289314},
     {1.6880374, 3.4802897, 3.4794672}, {.1318156, -.069443434, .15989767}, {.45216963, 1.1525656, -.76828754, -.51408917, -.6420291, -.11095755}, 1.7273452, -.9074298},
    {{.7684194, -.070481226, -.07808757, 2.4287827, .7174695, .67671824}, {2.2846591, -2.4797473, -1.9062805}, {-.79850936, -6.0700436, -6.4849205},
     {1.1663847, 1.2515441, .05705972}, {-.18584922, -.45639995, .00035816515}, {-.06530985, -.987633, -.12088281, .062133446, -2.2845998, .18298176}, 1.5279893, -.56762445}};

/// A grid of compositions, `points` along an edge, process parameters 0.
template <typename Use>
double over_simplex(int points, const Use& use)
{
    double rows = 0;
    for (int i = 0; i < points; ++i) {
        for (int j = 0; i + j < points; ++j, ++rows) use(at(static_cast<double>(i) / (points - 1), static_cast<double>(j) / (points - 1), 0));
    }
    return rows;
}

}  // namespace

TEST(TernaryGolden, DrawsThePublishedSystem)
{
    for (std::size_t p = 0; p < 4; ++p) {
        const auto& phase = published().phase[p];
        const auto& h = phase.curvature;
        expect_near(std::vector<double>{h(0, 0), h(0, 1), h(0, 2), h(1, 1), h(1, 2), h(2, 2)}, constants[p].upper);
        EXPECT_EQ(h, h.transpose());
        expect_near(phase.slope, constants[p].slope);
        expect_near(phase.response_slope, constants[p].response_slope);
        expect_near(phase.wave, constants[p].wave);
        expect_near(phase.log_variance_slope, constants[p].log_variance_slope);
        expect_near(phase.process, constants[p].process);
        EXPECT_NEAR(phase.response, constants[p].response, 2e-6);
        EXPECT_NEAR(phase.log_variance, constants[p].log_variance, 2e-6);
    }
}

TEST(TernaryGolden, RespondsAsPublishedAtTwoPoints)
{
    const auto centre = at(1.0 / 3, 1.0 / 3, .5);
    expect_near(centre.weight, {.995315, .0003485, .0000314, .0043053});
    expect_near(centre.mean, {2.8820481, 9.561506, 2.2008083, -4.1625514});
    const std::vector<double> variance = {.7256309, .429989, .4345954, .4576786};
    for (std::size_t p = 0; p < 4; ++p) EXPECT_NEAR(std::exp(centre.log_variance[p]), variance[p], 1e-6);
    const auto other = at(.2, .2, .5);
    expect_near(other.weight, {.0001187, .0016207, .0121825, .986078});
    expect_near(other.mean, {.4559329, 8.82827, 4.3743134, -5.0958347});
}

TEST(TernaryGolden, HasThePublishedPhaseDiagram)
{
    std::array<double, 4> weight{};
    std::array<std::vector<double>, 4> mean;
    double below_half = 0, below_seven = 0, below_nine = 0;
    const double rows = over_simplex(201, [&](const Branches& response) {
        const double largest = *std::max_element(response.weight.begin(), response.weight.end());
        below_half += largest < .5 ? 1 : 0, below_seven += largest < .7 ? 1 : 0, below_nine += largest < .9 ? 1 : 0;
        for (std::size_t p = 0; p < 4; ++p) weight[p] += response.weight[p], mean[p].push_back(response.mean[p]);
    });
    EXPECT_EQ(rows, 20301);
    constexpr std::array<double, 4> published{.482, .188, .074, .256}, medians{2.26, 8.33, 2.74, -2.79};
    for (std::size_t p = 0; p < 4; ++p) {
        EXPECT_NEAR(weight[p] / rows, published[p], .0006);
        std::nth_element(mean[p].begin(), mean[p].begin() + 10150, mean[p].end());
        EXPECT_NEAR(mean[p][10150], medians[p], .006);
    }
    EXPECT_NEAR(below_half / rows, .011, .0006);
    EXPECT_NEAR(below_seven / rows, .114, .0006);
    EXPECT_NEAR(below_nine / rows, .263, .0006);
}

TEST(TernaryGolden, ItsLabelsHaveThePublishedEntropyMeanAndDeviation)
{
    constexpr RowId rows = 200000;
    const double n = static_cast<double>(rows);
    const auto problem = simulator();
    double nll = 0, nll_squares = 0, mean = 0, squares = 0;
    for (RowId r = 0; r < rows; ++r) {
        std::array<float, 8> x;
        std::array<double, 1> y;
        problem.draw(6, Population::pool, r, x);
        problem.answer(6, Population::pool, r, x, y);
        ASSERT_TRUE(x[0] >= 0 && x[1] >= 0 && x[0] + x[1] <= 1.0000001F);
        const double term = -problem.log_density(x, y);
        nll += term / n, nll_squares += term * term / n, mean += y[0] / n, squares += y[0] * y[0] / n;
    }
    const double error = std::sqrt((nll_squares - nll * nll) / n);
    EXPECT_NEAR(nll, 1.3367, 4 * std::hypot(error, .0013));
    EXPECT_NEAR(mean, 2.09, 4 * 4.58 / std::sqrt(n) + .05) << "the published mean is of 50,000 rows at most";
    EXPECT_NEAR(std::sqrt(squares - mean * mean), 4.58, .05);
}

}  // namespace sluice::problems
