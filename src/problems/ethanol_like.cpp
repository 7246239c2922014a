#include "problems/ethanol_like.hpp"

#include "problems/problem.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace sluice::problems {

namespace {

constexpr std::size_t torsions = 3, modes = 9;
constexpr std::array<double, torsions> barrier = {3, 3, 1.2};  ///< kcal/mol
constexpr double coupling = 0.5, softest_mode = 10;            ///< of the first and last torsion; force constant of the first mode, the others are multiples
constexpr double gas_constant = 1.987204e-3;                   ///< kcal/mol/K

double torsion_energy(const std::array<double, torsions>& angle)
{
    double energy = coupling * std::cos(angle.front() - angle.back());
    for (std::size_t t = 0; t < torsions; ++t) energy += barrier[t] / 2 * (1 - std::cos(3 * angle[t]));
    return energy;
}

double force_constant(std::size_t mode)
{
    return softest_mode * static_cast<double>(mode + 1);
}

/// A molecule of the canonical ensemble: torsions by rejection, modes as the normal numbers that they are.
void draw(double temperature, std::uint64_t seed, Population population, RowId row, std::span<float> x)
{
    auto random = stream_of(seed, Purpose::simulated_row, population, row);
    const double heat = gas_constant * temperature;
    std::array<double, torsions> angle;
    do {
        for (auto& a : angle) a = std::numbers::pi * (2 * random.uniform() - 1);
    } while (random.uniform() >= std::exp((-coupling - torsion_energy(angle)) / heat));  // -coupling: no energy is lower
    for (std::size_t t = 0; t < torsions; ++t) {
        x[2 * t] = static_cast<float>(std::sin(angle[t]));
        x[2 * t + 1] = static_cast<float>(std::cos(angle[t]));
    }
    for (std::size_t m = 0; m < modes; ++m) x[2 * torsions + m] = static_cast<float>(std::sqrt(heat / force_constant(m)) * random.normal());
}

Problem make(const Options& options)
{
    Simulator simulator;
    for (std::size_t t = 1; t <= torsions; ++t) {
        simulator.columns.push_back("sin" + std::to_string(t));
        simulator.columns.push_back("cos" + std::to_string(t));
    }
    for (std::size_t m = 1; m <= modes; ++m) simulator.columns.push_back("mode" + std::to_string(m));
    simulator.targets = {"energy"};
    simulator.draw = [temperature = options.real("temperature")](std::uint64_t seed, Population population, RowId row, std::span<float> x) {
        draw(temperature, seed, population, row, x);
    };
    simulator.answer = [](std::uint64_t, Population, RowId, std::span<const float> x, std::span<double> y) { y[0] = ethanol_like(x); };
    return {.simulator = simulator};
}

const ProblemRegistration registration{"ethanol-like", "simulator for paper 001, in place of ethanol: three torsions and nine modes at a temperature",
                                       {real("temperature", 500.0).at_least(50).help("of the ensemble that molecules are drawn from, in K")}, make};

}  // namespace

double ethanol_like(std::span<const float> x)
{
    std::array<double, torsions> angle;
    for (std::size_t t = 0; t < torsions; ++t) angle[t] = std::atan2(static_cast<double>(x[2 * t]), static_cast<double>(x[2 * t + 1]));
    double energy = torsion_energy(angle);
    for (std::size_t m = 0; m < modes; ++m) {
        const auto q = static_cast<double>(x[2 * torsions + m]);
        energy += force_constant(m) / 2 * q * q;
    }
    return energy;
}

}  // namespace sluice::problems
