#pragma once

#include "base/random.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::represent {

/// A Nosé-Hoover chain: a line of virtual particles, of which the first exchanges energy with all real ones, and each other one with the one before it.
/// Energies are in units of temperature, k_B = 1. Source: Martyna, Klein and Tuckerman 1992; specification section 4.1.
struct Thermostat {
    std::vector<double> position;  ///< eta [links]
    std::vector<double> momentum;  ///< pi [links]
    std::vector<double> mass;      ///< Q [links]

    std::size_t links() const { return mass.size(); }
};

/// How half a step of the chain is cut: into equal subcycles, and each of them by Suzuki's and Yoshida's weights.
struct Splitting {
    int weights = 3;  ///< 1, 3, 5 or 7
    int subcycles = 1;
};

/// Weights that cancel the errors of a symmetric splitting: sum 1; of their cubes 0 for 3, 5 and 7 of them; of their fifth powers 0 for 7.
/// Source: Yoshida 1990; Suzuki 1991; specification section 4.2.
std::span<const double> suzuki_yoshida_weights(int count);

/// A chain at rest for so many degrees of freedom: Q_1 = D T tau^2, Q_j = T tau^2. \param relaxation  tau, in units of time
Thermostat thermostat_at_rest(std::size_t links, double degrees, double temperature, double relaxation);

/// pi_j ~ N(0, Q_j T).
void draw_momenta(Thermostat& thermostat, double temperature, RandomStream random);

/// Gives the chain the masses of another temperature or relaxation time; the rates pi_j/Q_j stay. Specification section 4.3.
void change_masses(Thermostat& thermostat, double degrees, double temperature, double relaxation);

/// Moves the chain by a duration, half a time step, while the real particles stand still but for the friction.
/// \param kinetic  energy of the real particles
/// \return         factor for all their velocities
/// Source: Martyna, Tuckerman, Tobias and Klein 1996; specification section 4.2.
double move_chain(Thermostat& thermostat, double kinetic, double degrees, double temperature, double duration, const Splitting& splitting);

/// sum_j pi_j^2/(2 Q_j) + D T eta_1 + T sum_{j>1} eta_j: the chain's part of the conserved energy.
double chain_energy(const Thermostat& thermostat, double degrees, double temperature);

/// pi_1/Q_1, per unit of time. Its mean is the friction that holds against heating, as by the noise of minibatches: dt sigma^2 / (2 m T). Section 3.1.
inline double friction(const Thermostat& thermostat) { return thermostat.momentum[0] / thermostat.mass[0]; }

}  // namespace sluice::represent
