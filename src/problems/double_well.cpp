#include "problems/double_well.hpp"

#include "base/normals.hpp"
#include "problems/problem.hpp"

#include <array>
#include <cmath>

namespace sluice::problems {

namespace {

constexpr auto particles = DoubleWell::particles;

void draw_input(RandomStream random, std::span<float> x)
{
    const auto between = [&](double low, double high) { return static_cast<float>(low + (high - low) * random.uniform()); };
    for (auto& position : x.first(particles)) position = between(-1.5, 1.5);
    x[particles] = between(0.3, 2);
    x[particles + 1] = between(0, 3);
}

Problem make(const Options&)
{
    Simulator simulator;
    for (std::size_t i = 1; i <= particles; ++i) simulator.columns.push_back(fmt::format("q{}", i));
    simulator.columns.insert(simulator.columns.end(), {"sigma", "kappa"});
    for (std::size_t snapshot = 1; snapshot <= DoubleWell::snapshots; ++snapshot) {
        for (std::size_t i = 1; i <= particles; ++i) simulator.targets.push_back(fmt::format("q{}_step{}", i, snapshot * DoubleWell::steps / DoubleWell::snapshots));
    }
    simulator.draw = [](std::uint64_t seed, Population population, RowId row, std::span<float> x) {
        draw_input(stream_of(seed, Purpose::simulated_row, population, row), x);
    };
    simulator.answer = [](std::uint64_t seed, Population population, RowId row, std::span<const float> x, std::span<double> y) {
        std::array<float, DoubleWell::steps * particles> noise;
        fill_normals(seed, Purpose::simulated_label, static_cast<std::uint32_t>(population), static_cast<std::uint64_t>(row), noise);
        simulate_double_well(x, noise, y);
    };
    simulator.near_boundary = [](std::span<const float> x) { return 0.5F <= x[particles] && x[particles] <= 1.2F; };
    return {.simulator = simulator};
}

const ProblemRegistration double_well{"double-well", "simulator of paper 000: five coupled particles in double wells, positions at four times", {}, make};

}  // namespace

void simulate_double_well(std::span<const float> x, std::span<const float> noise, std::span<double> y)
{
    constexpr double step = DoubleWell::time_step;
    const double kick = static_cast<double>(x[particles]) * std::sqrt(step), coupling = static_cast<double>(x[particles + 1]);
    // The chain is open: at its ends a particle that moves with the last one, and so does not pull, stands in for a neighbour.
    std::array<double, particles + 2> q{};
    for (std::size_t i = 1; i <= particles; ++i) q[i] = static_cast<double>(x[i - 1]);
    constexpr auto steps_between = DoubleWell::steps / DoubleWell::snapshots;
    for (std::size_t t = 0; t < DoubleWell::steps; ++t) {
        q[0] = q[1];
        q[particles + 1] = q[particles];
        std::array<double, particles + 2> next;
        for (std::size_t i = 1; i <= particles; ++i) {
            const double drift = q[i] - q[i] * q[i] * q[i] + coupling * ((q[i - 1] - q[i]) + (q[i + 1] - q[i]));
            next[i] = q[i] + drift * step + kick * static_cast<double>(noise[t * particles + i - 1]);
        }
        q = next;
        if ((t + 1) % steps_between == 0) std::copy_n(q.begin() + 1, particles, y.begin() + static_cast<std::ptrdiff_t>((t + 1) / steps_between - 1) * static_cast<std::ptrdiff_t>(particles));
    }
}

}  // namespace sluice::problems
