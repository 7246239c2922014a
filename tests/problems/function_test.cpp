#include "problems/function.hpp"

#include "problems/problem.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::problems {

TEST(TestFunctions, HaveTheirLeastValuesWhereTheyAreKnown)
{
    for (const std::size_t d : {1U, 2U, 20U}) {
        EXPECT_NEAR(ackley(std::vector<double>(d, 0.0)), 0, 1e-14);
        EXPECT_EQ(rastrigin(std::vector<double>(d, 0.0)), 0);
        EXPECT_NEAR(schwefel(std::vector<double>(d, 420.968746)), 0, 2e-5 * static_cast<double>(d));
    }
}

/// Ackley at ones: -20 exp(-0.2) - e + 20 + e. Rastrigin at ones and halves: d and 20.25 d. Schwefel at 0.
TEST(TestFunctions, HaveKnownValuesElsewhere)
{
    EXPECT_NEAR(ackley(std::vector<double>(7, 1.0)), 20 * (1 - std::exp(-0.2)), 1e-12);
    EXPECT_NEAR(rastrigin(std::vector<double>(7, 1.0)), 7, 1e-12);
    EXPECT_NEAR(rastrigin(std::vector<double>(7, 0.5)), 7 * 20.25, 1e-12);
    EXPECT_NEAR(schwefel(std::vector<double>(7, 0.0)), 7 * 418.9829, 1e-9);
}

TEST(ShiftRotation, IsARigidMotionWithItsOriginNearTheCentre)
{
    const auto shape = draw_shift_rotation(20, 5.12, 43);
    std::vector<double> far = shape.origin;
    far[3] += 1, far[17] -= 2;
    const auto z = shape.apply(far);
    double squares = 0, largest = 0;
    for (const double v : z) squares += v * v, largest = std::max(largest, std::abs(v));
    EXPECT_NEAR(squares, 5, 1e-12);
    EXPECT_LT(largest, 1.9) << "turned, not only moved";
    for (const double o : shape.origin) EXPECT_LE(std::abs(o), 0.3 * 5.12);
    for (const double v : shape.apply(shape.origin)) EXPECT_EQ(v, 0);
}

TEST(FunctionProblem, LooksAtTheFunctionThroughItsShape)
{
    const auto* entry = ProblemRegistration::all().at("function");
    Options options(entry->options);
    options.set(text("name", ""), std::string("rastrigin"));
    options.set(text("shape", ""), std::string("shifted-rotated"));
    const auto problem = entry->make(options);
    const auto shape = draw_shift_rotation(6, 5.12, 43);
    const std::vector<float> least(shape.origin.begin(), shape.origin.end()), centre(6, 0.0F);
    EXPECT_NEAR(problem.evaluate(least)->front(), 0, 1e-9);
    EXPECT_GT(problem.evaluate(centre)->front(), 1);
}

}  // namespace sluice::problems
