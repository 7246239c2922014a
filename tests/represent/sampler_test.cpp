#include "represent/sampler/sampler.hpp"

#include "base/error.hpp"
#include "support/block_mean.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <numeric>

/// The sampler is tested as molecular dynamics is: identities, order of the error, conserved energy, and averages that are known exactly. Specification of the
/// entropic autoencoder, section 11.2. Averages are held to five standard errors, which come from the run itself, and these to a bar.
namespace sluice::represent {

namespace {

using test::BlockMean;

/// Particles and their thermostat, with the memory that they need.
struct System {
    std::vector<double> position, velocity, force;
    Thermostat thermostat;
    Dynamics dynamics;
    std::function<double(const std::vector<double>&, std::vector<double>&)> potential;  ///< fills the force, returns the energy
    double energy = 0;
    std::uint64_t steps = 0;

    System(std::size_t count, std::size_t links, double relaxation, const Dynamics& d, decltype(potential) energy_of)
        : position(count, 0.0), velocity(count, 0.0), force(count, 0.0),
          thermostat(thermostat_at_rest(links, static_cast<double>(count), d.temperature, relaxation)), dynamics(d), potential(std::move(energy_of))
    {
    }
    Particles<double> particles() { return {position, velocity, force}; }
    void refresh(double keep = 0) { refresh_velocities(std::span(velocity), dynamics, keep, 7, Purpose::velocity_refresh, 0, steps); }
    void find_force() { energy = potential(position, force); }
    void step()
    {
        energy = represent::step(particles(), thermostat, dynamics, [&] { return potential(position, force); });
        ++steps;
    }
    double temperature() const { return 2 * kinetic_energy(std::span<const double>(velocity), dynamics.mass) / static_cast<double>(velocity.size()); }
    double conserved() { return extended_energy(particles(), thermostat, dynamics, energy); }
};

/// Springs of stiffness from `softest` to `stiffest`, in geometric progression.
auto springs(std::size_t count, double softest, double stiffest)
{
    std::vector<double> stiffness(count, softest);
    for (std::size_t i = 1; i < count; ++i) stiffness[i] = softest * std::pow(stiffest / softest, static_cast<double>(i) / static_cast<double>(count - 1));
    return [stiffness](const std::vector<double>& x, std::vector<double>& force) {
        double energy = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            force[i] = -stiffness[i] * x[i];
            energy += stiffness[i] * x[i] * x[i] / 2;
        }
        return energy;
    };
}

double double_wells(const std::vector<double>& x, std::vector<double>& force)
{
    double energy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double height = x[i] * x[i] - 1;
        force[i] = -4 * x[i] * height;
        energy += height * height;
    }
    return energy;
}

/// A system of springs at thermal equilibrium but for its thermostat.
System warm_springs(std::size_t count, std::size_t links, double relaxation, const Dynamics& dynamics, double softest, double stiffest)
{
    System system(count, links, relaxation, dynamics, springs(count, softest, stiffest));
    system.find_force();
    for (std::size_t i = 0; i < count; ++i) {
        RandomStream random(3, Purpose::encoder_start, 0, i);
        const double stiffness = count == 1 ? softest : softest * std::pow(stiffest / softest, static_cast<double>(i) / static_cast<double>(count - 1));
        system.position[i] = std::sqrt(dynamics.temperature / stiffness) * random.normal();
    }
    system.refresh();
    system.find_force();
    return system;
}

void expect_mean(const BlockMean& mean, double exact, double largest_error, const char* of)
{
    EXPECT_NEAR(mean.mean(), exact, 5 * mean.standard_error()) << of;
    EXPECT_LT(mean.standard_error(), largest_error) << of << ": the run is too short to say anything";
}

}  // namespace

TEST(SuzukiYoshida, WeightsCancelTheErrorsThatTheyShould)
{
    for (const int count : {1, 3, 5, 7}) {
        double sum = 0, cubes = 0, fifths = 0;
        for (const double w : suzuki_yoshida_weights(count)) {
            sum += w;
            cubes += w * w * w;
            fifths += std::pow(w, 5);
        }
        EXPECT_NEAR(sum, 1, 1e-14) << count;
        EXPECT_NEAR(cubes, count == 1 ? 1 : 0, 1e-14) << count;
        if (count == 7) {
            EXPECT_NEAR(fifths, 0, 1e-14);
        } else {
            EXPECT_GT(std::abs(fifths), 0.01) << count;
        }
    }
    EXPECT_THROW(suzuki_yoshida_weights(4), Error);
}

TEST(SamplerGolden, ConvergesToTrajectoriesOfAnAdaptiveRungeKuttaMethod)
{
    const auto golden = nlohmann::json::parse(std::ifstream(SLUICE_GOLDEN "/nose_hoover.json"));
    for (const auto& one : golden.at("cases")) {
        const auto count = one.at("particles").get<std::size_t>(), links = one.at("links").get<std::size_t>();
        const auto start = one.at("start").get<std::vector<double>>(), end = one.at("end").get<std::vector<double>>();
        const double mass = one.at("mass");
        const auto final_state = [&](double time_step, const Splitting& splitting) {
            System system(count, links, one.at("relaxation"), {one.at("temperature"), time_step, mass, splitting}, double_wells);
            if (one.at("potential") == "springs") {
                system.potential = [](const std::vector<double>& x, std::vector<double>& force) {
                    double energy = 0;
                    for (std::size_t i = 0; i < x.size(); ++i) {
                        force[i] = -static_cast<double>(i + 1) * x[i];
                        energy -= force[i] * x[i] / 2;
                    }
                    return energy;
                };
            }
            for (std::size_t i = 0; i < count; ++i) {
                system.position[i] = start[i];
                system.velocity[i] = start[count + i] / mass;
            }
            std::copy_n(start.begin() + static_cast<std::ptrdiff_t>(2 * count + links), links, system.thermostat.momentum.begin());
            system.find_force();
            EXPECT_NEAR(system.conserved(), one.at("extended_energy").get<double>(), 1e-13);
            for (double time = time_step / 2; time < golden.at("time").get<double>(); time += time_step) system.step();
            auto state = system.position;
            for (const double v : system.velocity) state.push_back(mass * v);
            state.insert(state.end(), system.thermostat.position.begin(), system.thermostat.position.end());
            state.insert(state.end(), system.thermostat.momentum.begin(), system.thermostat.momentum.end());
            return state;
        };
        for (const Splitting splitting : {Splitting{1, 1}, {3, 1}, {5, 1}, {7, 2}}) {
            const auto coarse = final_state(0.002, splitting), fine = final_state(0.001, splitting);
            double coarse_error = 0, fine_error = 0, extrapolated_error = 0;
            for (std::size_t i = 0; i < end.size(); ++i) {
                coarse_error = std::max(coarse_error, std::abs(coarse[i] - end[i]));
                fine_error = std::max(fine_error, std::abs(fine[i] - end[i]));
                extrapolated_error = std::max(extrapolated_error, std::abs((4 * fine[i] - coarse[i]) / 3 - end[i]));
            }
            EXPECT_NEAR(coarse_error / fine_error, 4, 0.1) << one.at("potential") << ", " << links << " links, " << splitting.weights << " weights: not of second order";
            EXPECT_LT(extrapolated_error, 2e-8) << one.at("potential") << ", " << links << " links, " << splitting.weights << " weights";
        }
    }
}

TEST(SamplerGolden, GoesBackToItsStart)
{
    auto system = warm_springs(20, 5, 1, {0.3, 0.02}, 0.1, 10);
    draw_momenta(system.thermostat, 0.3, {1, Purpose::thermostat, 0, 0});
    const auto start = system.position, velocity = system.velocity;
    const auto flip = [&] {
        for (auto& v : system.velocity) v = -v;
        for (auto& momentum : system.thermostat.momentum) momentum = -momentum;
    };
    for (int i = 0; i < 1000; ++i) system.step();
    EXPECT_GT(std::abs(system.position[0] - start[0]), 0.01);
    flip();
    for (int i = 0; i < 1000; ++i) system.step();
    flip();
    for (std::size_t i = 0; i < start.size(); ++i) {
        EXPECT_NEAR(system.position[i], start[i], 1e-8 * std::abs(start[i]) + 1e-12);
        EXPECT_NEAR(system.velocity[i], velocity[i], 1e-8 * std::abs(velocity[i]) + 1e-12);
    }
}

TEST(SamplerGolden, ErrorOfTheConservedEnergyFallsWithTheSquareOfTheStep)
{
    const std::array<double, 4> steps = {0.04, 0.02, 0.01, 0.005}, published = {1.5e-4, 2.8e-5, 8e-6, 1.8e-6};  // specification 11.2, computed there
    double covariance = 0, variance = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto system = warm_springs(100, 5, 0.5, {0.01, steps[i]}, 0.1, 10);
        const double start = system.conserved();
        double squares = 0;
        const int count = static_cast<int>(200 / steps[i]);
        for (int k = 0; k < count; ++k) {
            system.step();
            const double gap = (system.conserved() - start) / (100 * 0.01);
            squares += gap * gap;
        }
        const double error = std::sqrt(squares / count);
        EXPECT_GT(error, published[i] / 3);
        EXPECT_LT(error, published[i] * 3);
        const double place = static_cast<double>(i) - 1.5;  // of -log2 of the step, about its mean
        covariance -= place * std::log2(error);
        variance += place * place;
    }
    EXPECT_NEAR(covariance / variance, 2, 0.3) << "order of the integrator";
}

TEST(SamplerGolden, ManyParticlesHaveTheTemperature)
{
    auto system = warm_springs(200, 10, 1, {0.05, 0.05}, 0.1, 10);
    draw_momenta(system.thermostat, 0.05, {1, Purpose::thermostat, 0, 0});
    BlockMean temperature(2000);
    for (int i = 0; i < 100000; ++i) {
        system.step();
        temperature.add(system.temperature() / 0.05);
    }
    expect_mean(temperature, 1, 0.002, "T_kin/T");
    EXPECT_NEAR(temperature.mean(), 1, 0.01);
}

TEST(SamplerGolden, AHarmonicOscillatorIsCanonical)
{
    for (const std::size_t links : {2, 4}) {
        System system(1, links, 1, {0.5, 0.05}, springs(1, 1, 1));
        system.position = {0.7};
        system.velocity = {0.3};
        system.find_force();
        BlockMean x2(40000), x4(40000), v2(40000), v4(40000);
        for (int i = 0; i < 4000000; ++i) {
            system.step();
            const double x = system.position[0], v = system.velocity[0];
            x2.add(x * x);
            x4.add(x * x * x * x);
            v2.add(v * v);
            v4.add(v * v * v * v);
        }
        const double bias = 1 / (1 - 0.05 * 0.05 / 4);  // of x^2, by the time step; specification section 4.3
        expect_mean(x2, 0.5 * bias, 0.005, "<x^2>");
        expect_mean(x4, 0.75 * bias * bias, 0.015, "<x^4>");
        expect_mean(v2, 0.5, 0.005, "<v^2>");
        expect_mean(v4, 0.75, 0.015, "<v^4>");
        EXPECT_NEAR(v4.mean() / (v2.mean() * v2.mean()), 3, 0.05) << "kurtosis of the velocity";
    }
}

TEST(SamplerGolden, AHarmonicOscillatorWithASingleThermostatIsNot)
{
    System system(1, 1, 1, {0.5, 0.05}, springs(1, 1, 1));
    system.position = {0.7};
    system.velocity = {0.3};
    system.find_force();
    double x2 = 0, v2 = 0, v4 = 0;
    constexpr int count = 1000000;
    for (int i = 0; i < count; ++i) {
        system.step();
        const double v = system.velocity[0];
        x2 += system.position[0] * system.position[0] / count;
        v2 += v * v / count;
        v4 += v * v * v * v / count;
    }
    EXPECT_NEAR(x2, 0.40, 0.01);
    EXPECT_NEAR(v4 / (v2 * v2), 1.8, 0.1);
}

TEST(SamplerGolden, ADoubleWellIsCanonical)
{
    constexpr double temperature = 0.25, reach = 2.5, bin = 0.1;
    constexpr std::size_t bins = 25;
    // Averages over the Boltzmann distribution, by Simpson's rule.
    const auto weight = [&](double x) { return std::exp(-(x * x - 1) * (x * x - 1) / temperature); };
    const auto integral = [&](double from, double to, int power) {
        constexpr int parts = 200;
        double sum = 0;
        const double h = (to - from) / parts;
        for (int i = 0; i <= parts; ++i) {
            const double x = from + h * i;
            sum += (i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2) * std::pow(x, power) * weight(x);
        }
        return sum * h / 3;
    };
    const double total = integral(-reach, reach, 0), exact2 = integral(-reach, reach, 2) / total, exact4 = integral(-reach, reach, 4) / total;
    EXPECT_NEAR(exact2, 0.9177, 5e-5);
    EXPECT_NEAR(exact4, 0.9802, 5e-5);

    // The wells are visited some 1,500 times: which of them had more is judged by its own error, the shape of both by the distance from the middle.
    System system(1, 4, 1, {temperature, 0.05}, double_wells);
    system.position = {0.7};
    system.velocity = {0.3};
    system.find_force();
    BlockMean x2(80000), x4(80000), right(80000);
    std::vector<double> histogram(bins, 0.0);
    int crossings = 0;
    double side = 1;
    constexpr int count = 4000000;
    for (int i = 0; i < count; ++i) {
        system.step();
        const double x = system.position[0];
        x2.add(x * x);
        x4.add(x * x * x * x);
        right.add(x > 0 ? 1 : 0);
        histogram[std::min(static_cast<std::size_t>(std::abs(x) / bin), bins - 1)] += 1.0 / count;
        if (x * side < -0.5) {
            ++crossings;
            side = -side;
        }
    }
    expect_mean(x2, exact2, 0.002, "<x^2>");
    expect_mean(x4, exact4, 0.005, "<x^4>");
    expect_mean(right, 0.5, 0.03, "time in the right well");
    double variation = 0;
    for (std::size_t b = 0; b < bins; ++b) {
        const double from = static_cast<double>(b) * bin;
        variation += std::abs(histogram[b] - 2 * integral(from, from + bin, 0) / total) / 2;
    }
    EXPECT_LT(variation, 0.01);
    EXPECT_GT(crossings, 1000);
}

TEST(SamplerGolden, RefreshedVelocitiesHeatEveryModeAndAChainAloneDoesNot)
{
    constexpr std::size_t modes = 1000;
    for (const int every : {0, 5}) {
        System system(modes, 10, 1, {1, 0.05}, springs(modes, 0.1, 10));
        system.refresh();
        system.find_force();
        std::vector<double> heat(modes, 0.0);
        constexpr int count = 200000, equilibration = 20000;
        BlockMean temperature(5000);
        for (int i = 0; i < count; ++i) {
            if (every > 0 && i % every == 0) system.refresh();
            system.step();
            temperature.add(system.temperature());
            if (i < equilibration) continue;
            for (std::size_t j = 0; j < modes; ++j) heat[j] += system.velocity[j] * system.velocity[j] / (count - equilibration);
        }
        double mean = 0, square = 0;
        for (const double h : heat) {
            mean += h / modes;
            square += h * h / modes;
        }
        const double deviation = std::sqrt(square - mean * mean);
        EXPECT_NEAR(temperature.mean(), 1, 0.01) << "the temperature of all is right either way";
        if (every == 0) {
            EXPECT_GT(deviation, 0.5);
        } else {
            EXPECT_LT(deviation, 0.1);
        }
    }
}

TEST(SamplerGolden, TheTimeStepWidensAModeAsItShould)
{
    for (const double step : {0.2, 0.5, 1.0}) {
        System system(100, 10, 20, {1, step}, springs(100, 1, 1));
        system.refresh();
        system.find_force();
        BlockMean x2(1000), v2(1000);
        for (int i = 0; i < 200000; ++i) {
            if (i % 20 == 0) system.refresh();
            system.step();
            if (i < 1000) continue;
            double x = 0, v = 0;
            for (std::size_t j = 0; j < 100; ++j) {
                x += system.position[j] * system.position[j] / 100;
                v += system.velocity[j] * system.velocity[j] / 100;
            }
            x2.add(x);
            v2.add(v);
        }
        const double exact = 1 / (1 - step * step / 4);
        expect_mean(x2, exact, 0.004 * exact, "<x^2>");
        EXPECT_NEAR(x2.mean() / exact, 1, 0.01);
        expect_mean(v2, 1, 0.004, "<v^2>");
    }
}

TEST(SamplerGolden, TheThermostatTakesUpTheHeatOfANoisyForce)
{
    constexpr std::size_t count = 1000;
    constexpr double sigma = 0.2, temperature = 0.01, step = 0.02;
    System system(count, 10, 20 * step, {temperature, step}, {});
    std::uint64_t evaluations = 0;
    system.potential = [&](const std::vector<double>& x, std::vector<double>& force) {
        RandomStream random(5, Purpose::latent_noise, 0, evaluations++);
        double energy = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            force[i] = -x[i] + sigma * std::sqrt(12.0) * (random.uniform() - 0.5);
            energy += x[i] * x[i] / 2;
        }
        return energy;
    };
    system.refresh();
    system.find_force();
    BlockMean drag(4000), heat(4000), x2(4000);
    for (int i = 0; i < 120000; ++i) {
        system.step();
        if (i < 20000) continue;
        drag.add(friction(system.thermostat));
        heat.add(system.temperature() / temperature);
        x2.add(std::inner_product(system.position.begin(), system.position.end(), system.position.begin(), 0.0) / (count * temperature));
    }
    const double exact = step * sigma * sigma / (2 * temperature);
    EXPECT_NEAR(exact, 0.04, 1e-15);
    EXPECT_NEAR(drag.mean() / exact, 1, 0.05);
    EXPECT_LT(drag.standard_error() / exact, 0.01);
    EXPECT_NEAR(heat.mean(), 1, 0.02);
    EXPECT_NEAR(x2.mean(), 1, 0.02);
}

TEST(Sampler, APartialRefreshKeepsWhatItIsToldToKeep)
{
    constexpr std::size_t count = 100000;
    constexpr double keep = 0.8, temperature = 0.3, mass = 2;
    std::vector<float> velocity(count, 0.0F);
    const Dynamics dynamics{temperature, 0.1, mass};
    refresh_velocities(std::span(velocity), dynamics, 0, 1, Purpose::velocity_refresh, 0, 0);
    const auto before = velocity;
    const double kinetic = kinetic_energy(std::span<const float>(velocity), mass);
    const double jump = refresh_velocities(std::span(velocity), dynamics, keep, 1, Purpose::velocity_refresh, 0, 1);
    EXPECT_DOUBLE_EQ(jump, kinetic - kinetic_energy(std::span<const float>(velocity), mass));
    double square = 0, product = 0;
    for (std::size_t i = 0; i < count; ++i) {
        square += static_cast<double>(velocity[i] * velocity[i]) / count;
        product += static_cast<double>(velocity[i] * before[i]) / count;
    }
    const double error = temperature / mass / std::sqrt(static_cast<double>(count));  // of both means, within a factor of 2
    EXPECT_NEAR(square, temperature / mass, 7 * error);
    EXPECT_NEAR(product, keep * temperature / mass, 7 * error);
}

TEST(Sampler, TheLedgerKeepsTheConservedEnergyAcrossRefreshesAndChangesOfThePotential)
{
    auto system = warm_springs(50, 5, 0.5, {0.1, 0.01}, 0.1, 10);
    const double start = system.conserved();
    double jumps = 0, raw = 0;
    for (int i = 0; i < 5000; ++i) {
        if (i % 100 == 99) jumps += refresh_velocities(std::span(system.velocity), system.dynamics, 0.5, 7, Purpose::velocity_refresh, 0, system.steps);
        if (i == 2500) {
            const double before = system.energy;
            system.potential = springs(50, 0.2, 5);
            system.find_force();
            jumps += before - system.energy;
        }
        system.step();
        raw = std::max(raw, std::abs(system.conserved() - start));
        ASSERT_NEAR(system.conserved() + jumps, start, 2e-4 * 50 * 0.1);
    }
    EXPECT_GT(raw, 0.05 * 50 * 0.1) << "without the ledger it jumps";
}

TEST(Thermostat, ChangedMassesKeepTheRates)
{
    auto thermostat = thermostat_at_rest(3, 50, 0.1, 2);
    EXPECT_EQ(thermostat.mass, (std::vector<double>{50 * 0.1 * 4, 0.1 * 4, 0.1 * 4}));
    draw_momenta(thermostat, 0.1, {1, Purpose::thermostat, 0, 0});
    const double rate = friction(thermostat), last = thermostat.momentum[2] / thermostat.mass[2];
    change_masses(thermostat, 50, 0.2, 1);
    EXPECT_DOUBLE_EQ(thermostat.mass[0], 50 * 0.2);
    EXPECT_DOUBLE_EQ(friction(thermostat), rate);
    EXPECT_DOUBLE_EQ(thermostat.momentum[2] / thermostat.mass[2], last);
}

}  // namespace sluice::represent
