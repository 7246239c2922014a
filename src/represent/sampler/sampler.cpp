#include "represent/sampler/sampler.hpp"

#include "base/normals.hpp"

#include <array>
#include <cmath>

namespace sluice::represent {

template <typename Real>
double kinetic_energy(std::span<const Real> velocity, double mass)
{
    constexpr std::size_t lanes = 8;  // partial sums, so that the loop can be turned into vector instructions
    std::array<double, lanes> sums{};
    const std::size_t whole = velocity.size() / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) sums[l] += static_cast<double>(velocity[i + l]) * static_cast<double>(velocity[i + l]);
    }
    for (std::size_t i = whole; i < velocity.size(); ++i) sums[i - whole] += static_cast<double>(velocity[i]) * static_cast<double>(velocity[i]);
    double sum = 0;
    for (const double s : sums) sum += s;
    return mass / 2 * sum;
}

template <typename Real>
double refresh_velocities(std::span<Real> velocity, const Dynamics& dynamics, double keep, std::uint64_t seed, Purpose purpose, std::uint32_t iteration, std::uint64_t index)
{
    thread_local std::vector<float> normals;
    normals.resize(velocity.size());
    fill_normals(seed, purpose, iteration, index, normals);
    const double before = kinetic_energy(std::span<const Real>(velocity), dynamics.mass);
    const double deviation = std::sqrt((1 - keep * keep) * dynamics.temperature / dynamics.mass);
    for (std::size_t i = 0; i < velocity.size(); ++i) velocity[i] = static_cast<Real>(keep * static_cast<double>(velocity[i]) + deviation * static_cast<double>(normals[i]));
    return before - kinetic_energy(std::span<const Real>(velocity), dynamics.mass);
}

namespace {

template <typename Real>
Real half_kick(const Dynamics& dynamics)
{
    return static_cast<Real>(dynamics.time_step / (2 * dynamics.mass));
}

template <typename Real>
Real chain_factor(const Particles<Real>& particles, Thermostat& thermostat, const Dynamics& dynamics)
{
    const double kinetic = kinetic_energy(std::span<const Real>(particles.velocity), dynamics.mass);
    if (is_too_hot(kinetic, particles.degrees(), dynamics.temperature)) return 1;
    return static_cast<Real>(move_chain(thermostat, kinetic, particles.degrees(), dynamics.temperature, dynamics.time_step / 2, dynamics.splitting));
}

}  // namespace

template <typename Real>
void begin_step(const Particles<Real>& particles, Thermostat& thermostat, const Dynamics& dynamics)
{
    const Real factor = chain_factor(particles, thermostat, dynamics), kick = half_kick<Real>(dynamics), drift = static_cast<Real>(dynamics.time_step);
    for (std::size_t i = 0; i < particles.position.size(); ++i) {
        const Real velocity = factor * particles.velocity[i] + kick * particles.force[i];
        particles.velocity[i] = velocity;
        particles.position[i] += drift * velocity;
    }
}

template <typename Real>
void end_step(const Particles<Real>& particles, Thermostat& thermostat, const Dynamics& dynamics)
{
    const Real kick = half_kick<Real>(dynamics);
    for (std::size_t i = 0; i < particles.position.size(); ++i) particles.velocity[i] += kick * particles.force[i];
    const Real factor = chain_factor(particles, thermostat, dynamics);
    for (auto& velocity : particles.velocity) velocity *= factor;
}

// Networks have float32 weights; systems whose averages are known exactly are tested in float64.
template double kinetic_energy(std::span<const float>, double);
template double kinetic_energy(std::span<const double>, double);
template double refresh_velocities(std::span<float>, const Dynamics&, double, std::uint64_t, Purpose, std::uint32_t, std::uint64_t);
template double refresh_velocities(std::span<double>, const Dynamics&, double, std::uint64_t, Purpose, std::uint32_t, std::uint64_t);
template void begin_step(const Particles<float>&, Thermostat&, const Dynamics&);
template void begin_step(const Particles<double>&, Thermostat&, const Dynamics&);
template void end_step(const Particles<float>&, Thermostat&, const Dynamics&);
template void end_step(const Particles<double>&, Thermostat&, const Dynamics&);

}  // namespace sluice::represent
