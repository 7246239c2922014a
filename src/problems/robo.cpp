#include "problems/box_function.hpp"
#include "problems/problem.hpp"

#include <array>
#include <numbers>

namespace sluice::problems {

namespace {

/// Where a robot arm of three joints on a rail ends: the rail's position moves the second coordinate only.
/// Source: paper 002, ROBO; spec: regression-methods, section 3.
void robot_arm(std::span<const float> u, std::span<double> y)
{
    constexpr std::array<double, 3> length = {0.5, 0.5, 1};
    y[0] = 0;
    y[1] = static_cast<double>(u[0]);
    for (std::size_t i = 0; i < length.size(); ++i) {
        const double angle = std::numbers::pi / 2 * static_cast<double>(u[i + 1]);
        y[0] += length[i] * std::cos(angle);
        y[1] += length[i] * std::sin(angle);
    }
}

const ProblemRegistration registration{"robo", "simulator of paper 002: where a robot arm with a rail and three joints ends (ROBO)", {}, [](const Options&) {
                                           return Problem{.simulator = simulate_over_box({"rail", "joint1", "joint2", "joint3"}, {"y0", "y1"}, robot_arm)};
                                       }};

}  // namespace

}  // namespace sluice::problems
