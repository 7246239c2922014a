#include "problems/ethanol_like.hpp"
#include "problems/problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sluice::problems {

namespace {

Simulator simulator(const std::string& kind)
{
    const auto* entry = ProblemRegistration::all().at(kind);
    return *entry->make(Options(entry->options)).simulator;
}

}  // namespace

TEST(EthanolLike, HasTheEnergiesOfItsFormula)
{
    std::vector<float> x(15, 0.0F);
    x[1] = x[3] = x[5] = 1;  // all torsions 0
    EXPECT_NEAR(ethanol_like(x), 0.5, 1e-12);
    x[5] = -1;  // the last one at pi: at the top of its barrier
    EXPECT_NEAR(ethanol_like(x), 1.2 - 0.5, 1e-7);
    x[5] = 1;
    x[6 + 2] = 0.5F;  // the third mode
    EXPECT_NEAR(ethanol_like(x), 0.5 + 30.0 / 2 * 0.25, 1e-12);
}

/// Equipartition, and the distribution of the torsion that nothing couples to: two independent checks of the draws.
TEST(EthanolLike, IsDrawnFromTheCanonicalEnsemble)
{
    const auto problem = simulator("ethanol-like");
    constexpr double heat = 1.987204e-3 * 500, rows = 20000;
    double modes = 0, torsion = 0, weight = 0, expected = 0;
    for (int row = 0; row < static_cast<int>(rows); ++row) {
        std::vector<float> x(15);
        problem.draw(3, Population::pool, row, x);
        for (int m = 0; m < 9; ++m) modes += 5.0 * (m + 1) * std::pow(static_cast<double>(x[static_cast<std::size_t>(6 + m)]), 2) / rows;
        torsion += std::cos(3 * std::atan2(static_cast<double>(x[2]), static_cast<double>(x[3]))) / rows;
    }
    for (int i = 0; i < 1000; ++i) {
        const double cosine = std::cos(2 * M_PI * (i + 0.5) / 1000), density = std::exp(-1.5 * (1 - cosine) / heat);
        weight += density;
        expected += density * cosine;
    }
    EXPECT_NEAR(modes, 9 * heat / 2, 0.02 * 9 * heat / 2);
    EXPECT_NEAR(torsion, expected / weight, 0.015);
}

TEST(AdmLike, IsASpectrumThatMovesSmoothlyAndIsTheSameWhateverTheSeed)
{
    const auto problem = simulator("adm-like");
    ASSERT_EQ(problem.columns.size(), 14U);
    ASSERT_EQ(problem.targets.size(), 2000U);
    std::vector<float> x(14, 0.3F), near = x;
    near[4] += 1e-3F;
    std::vector<double> y(2000), same(2000), moved(2000);
    problem.answer(1, Population::pool, 0, x, y);
    problem.answer(2, Population::test, 5, x, same);
    problem.answer(1, Population::pool, 0, near, moved);
    EXPECT_EQ(y, same);
    double change = 0, low = 1, high = 0;
    for (std::size_t w = 0; w < y.size(); ++w) {
        change = std::max(change, std::abs(y[w] - moved[w]));
        low = std::min(low, y[w]);
        high = std::max(high, y[w]);
    }
    EXPECT_GT(change, 0);
    EXPECT_LT(change, 0.1);
    EXPECT_GE(low, 0);
    EXPECT_LE(high, 1);
    EXPECT_GT(high - low, 0.3) << "there are lines";
}

}  // namespace sluice::problems
