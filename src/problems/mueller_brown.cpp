#include "problems/mueller_brown.hpp"

#include "problems/problem.hpp"

#include <algorithm>
#include <array>

namespace sluice::problems {

namespace {

constexpr double highest = 200, lowest = -146.7;  ///< where it is clipped, and a bound below its least value, -146.6995, for drawing
constexpr double left = -1.5, right = 1.2, bottom = -0.2, top = 2;

/// A point of the canonical ensemble: what overdamped Langevin dynamics visits in the long run, drawn by rejection and not along a path, so that a row
/// depends on its number alone. Or, in a share of the rows, an even draw from the box.
void draw(double temperature, double even, std::uint64_t seed, Population population, RowId row, std::span<float> point)
{
    auto random = stream_of(seed, Purpose::simulated_row, population, row);
    const bool is_even = random.uniform() < even;
    for (;;) {
        point[0] = static_cast<float>(left + (right - left) * random.uniform());
        point[1] = static_cast<float>(bottom + (top - bottom) * random.uniform());
        if (is_even) return;
        const double energy = mueller_brown(static_cast<double>(point[0]), static_cast<double>(point[1]));
        if (random.uniform() < std::exp((lowest - energy) / temperature)) return;
    }
}

Problem make(const Options& options)
{
    Simulator simulator;
    simulator.columns = {"x", "y"};
    simulator.targets = {"energy"};
    simulator.draw = [temperature = options.real("temperature"), even = options.real("even_share")](std::uint64_t seed, Population population, RowId row, std::span<float> point) {
        draw(temperature, even, seed, population, row, point);
    };
    simulator.answer = [](std::uint64_t, Population, RowId, std::span<const float> point, std::span<double> y) {
        y[0] = mueller_brown(static_cast<double>(point[0]), static_cast<double>(point[1]));
    };
    return {.simulator = simulator};
}

const ProblemRegistration registration{
    "mueller-brown",
    "simulator for paper 001: a potential energy surface with three basins, sampled at a temperature",
    {real("temperature", 15.0).at_least(1).help("k T in units of the energy: basins are dense and barriers sparse"),
     real("even_share", 0.05).at_least(0).at_most(1).help("of rows that are spread evenly over the box")},
    make};

}  // namespace

double mueller_brown(double x, double y)
{
    constexpr std::array<double, 4> height = {-200, -100, -170, 15}, a = {-1, -1, -6.5, 0.7}, b = {0, 0, 11, 0.6}, c = {-10, -10, -6.5, 0.7}, centre_x = {1, 0, -0.5, -1},
                                    centre_y = {0, 0.5, 1.5, 1};
    double energy = 0;
    for (std::size_t i = 0; i < height.size(); ++i) {
        const double dx = x - centre_x[i], dy = y - centre_y[i];
        energy += height[i] * std::exp(a[i] * dx * dx + b[i] * dx * dy + c[i] * dy * dy);
    }
    return std::min(energy, highest);
}

}  // namespace sluice::problems
