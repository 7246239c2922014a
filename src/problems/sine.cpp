#include "problems/box_function.hpp"
#include "problems/problem.hpp"

namespace sluice::problems {

namespace {

/// y = x sin(3 sin(30 x)). Source: paper 002, SINE; spec: regression-methods, section 3.
void sine(std::span<const float> u, std::span<double> y)
{
    const auto x = static_cast<double>(u[0]);
    y[0] = x * std::sin(3 * std::sin(30 * x));
}

const ProblemRegistration registration{"sine", "simulator of paper 002: an oscillating function of one number (SINE)", {},
                                       [](const Options&) { return Problem{.simulator = simulate_over_box({"x"}, {"y"}, sine)}; }};

}  // namespace

}  // namespace sluice::problems
