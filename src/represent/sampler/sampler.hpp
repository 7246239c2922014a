#pragma once

#include "represent/sampler/thermostat.hpp"

#include <cstdint>

/// The Simmering sampler: any set of parameters as particles in the potential of an energy, moved by Hamilton's equations and held at a temperature by a
/// Nosé-Hoover chain, so that in the long run they are drawn from exp(-energy / T). Use it where an ensemble of models at a temperature is wanted and not one
/// best model. Knows nothing of networks: positions are flat arrays, the force is a function.
/// Source: paper 004; specification section 4, whose equations stand in for the unpublished integrator.
namespace sluice::represent {

/// Views of the particles' state; who owns it decides where it lies. All of one length, the number of degrees of freedom.
template <typename Real>
struct Particles {
    std::span<Real> position;
    std::span<Real> velocity;
    std::span<Real> force;  ///< -d energy / d position at the position

    double degrees() const { return static_cast<double>(position.size()); }
};

/// What particles and thermostat obey.
struct Dynamics {
    double temperature = 1;
    double time_step = 0.01;
    double mass = 1;  ///< of every particle
    Splitting splitting = {};
};

/// Sum of m v^2 / 2 in float64, in a fixed order.
template <typename Real>
double kinetic_energy(std::span<const Real> velocity, double mass);

/// v = keep v + sqrt(1 - keep^2) N(0, T/m); keep = 0 draws all velocities anew. The thermostat stays as it is. Drawn numbers are keyed as fill_normals says.
/// \return  kinetic energy before less that after: what the ledger of the conserved energy must add
/// Source: specification section 4.4. One chain alone does not thermalise weakly coupled particles; refreshed velocities do.
template <typename Real>
double refresh_velocities(std::span<Real> velocity, const Dynamics& dynamics, double keep, std::uint64_t seed, Purpose purpose, std::uint32_t iteration, std::uint64_t index);

/// Whether particles are so much hotter than their thermostat, as far from any minimum, that a step of its chain would be too long. The chain then rests, and
/// whoever moves the particles should refresh their velocities, until the heat is gone. In equilibrium it does not happen: less than once in 10^24 looks, for any number of degrees of freedom.
inline bool is_too_hot(double kinetic, double degrees, double temperature)
{
    return 2 * kinetic > 10 * (degrees + 10) * temperature;
}

/// The first half of a step, up to the new positions: half a step of the chain, half a kick, a drift.
template <typename Real>
void begin_step(const Particles<Real>& particles, Thermostat& thermostat, const Dynamics& dynamics);

/// The second half, from the force at the new positions: half a kick, half a step of the chain.
template <typename Real>
void end_step(const Particles<Real>& particles, Thermostat& thermostat, const Dynamics& dynamics);

/// One step of velocity Verlet between two half steps of the chain. Second order, reversible.
/// \param find_force  fills particles.force at particles.position and returns the energy there; called once
/// \return            the energy at the new positions
/// Source: specification section 4.2.
template <typename Real, typename FindForce>
double step(const Particles<Real>& particles, Thermostat& thermostat, const Dynamics& dynamics, const FindForce& find_force)
{
    begin_step(particles, thermostat, dynamics);
    const double energy = find_force();
    end_step(particles, thermostat, dynamics);
    return energy;
}

/// Kinetic energy + potential energy + the chain's part: constant along exact trajectories. Its known jumps are added to it in a ledger: at a refresh the
/// kinetic energy before less that after, at a change of the potential the energy before less that after; then its drift is the error of integration.
/// Source: specification sections 4.1 and 4.5.
template <typename Real>
double extended_energy(const Particles<Real>& particles, const Thermostat& thermostat, const Dynamics& dynamics, double energy)
{
    return kinetic_energy(std::span<const Real>(particles.velocity), dynamics.mass) + energy + chain_energy(thermostat, particles.degrees(), dynamics.temperature);
}

}  // namespace sluice::represent
