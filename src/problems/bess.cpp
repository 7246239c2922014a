#include "problems/box_function.hpp"
#include "problems/problem.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::problems {

namespace {

constexpr double orders = 10;

double order_of(float u)
{
    return std::clamp(std::floor(orders / 2 * (static_cast<double>(u) + 1)), 0.0, orders - 1);
}

/// Bessel function of the first kind J_n(z), n in 0 ... 9 and z in [0, 10]. Models see the order as the centre of its tenth of [-1, 1].
/// Source: paper 002, BESS; the encoding is that proposed in spec: regression-methods, section 3, as none is published.
Problem make(const Options&)
{
    auto simulator = simulate_over_box({"order", "argument"}, {"y"}, [](std::span<const float> u, std::span<double> y) {
        y[0] = std::cyl_bessel_j(order_of(u[0]), 5 * (static_cast<double>(u[1]) + 1));
    });
    simulator.draw = [evenly = simulator.draw](std::uint64_t seed, Population population, RowId row, std::span<float> x) {
        evenly(seed, population, row, x);
        x[0] = static_cast<float>((order_of(x[0]) + 0.5) * 2 / orders - 1);
    };
    return {.simulator = simulator};
}

const ProblemRegistration registration{"bess", "simulator of paper 002: Bessel functions of ten orders (BESS)", {}, make};

}  // namespace

}  // namespace sluice::problems
