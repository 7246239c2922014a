#include "problems/box_function.hpp"
#include "problems/problem.hpp"

#include <numbers>

namespace sluice::problems {

namespace {

/// A damped oscillation  a exp(-b t) cos(w t)  at t = 0, 0.1 ... 9.9, a and b in [0, 1], w in [0, 2 pi].
/// Source: paper 002, DAMP, which gives no ranges; these are those proposed in spec: regression-methods, section 3.
void damped_oscillation(std::span<const float> u, std::span<double> y)
{
    const auto fraction = [&](std::size_t i) { return 0.5 * (static_cast<double>(u[i]) + 1); };
    const double amplitude = fraction(0), damping = fraction(1), frequency = 2 * std::numbers::pi * fraction(2);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double t = 0.1 * static_cast<double>(i);
        y[i] = amplitude * std::exp(-damping * t) * std::cos(frequency * t);
    }
}

const ProblemRegistration registration{"damp", "simulator of paper 002: a damped oscillation at 100 times (DAMP)", {}, [](const Options&) {
                                           return Problem{.simulator = simulate_over_box({"amplitude", "damping", "frequency"}, numbered("y", 100), damped_oscillation)};
                                       }};

}  // namespace

}  // namespace sluice::problems
