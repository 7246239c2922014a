#pragma once

#include "parallel/tiling.hpp"
#include "represent/training/adam.hpp"
#include "represent/training/minibatches.hpp"
#include "represent/training/recipe.hpp"

namespace sluice::represent {

/// What a chain has seen since sampling began, and from the first collected encoder on since then.
struct ChainSums {
    double steps = 0;
    double energy = 0;
    double temperature = 0;  ///< T_kin / T
    double friction = 0;     ///< pi_1/Q_1, per unit of time
};

/// An encoder as particles in thermal motion.
struct Chain {
    Floats theta;     ///< [D] weights and biases
    Floats velocity;  ///< [D]
    Thermostat thermostat;
    std::int64_t steps = 0;  ///< taken; also the number of its last minibatch
    double energy = 0;       ///< of that minibatch
    double start = 0;        ///< conserved energy in the beginning
    double jumps = 0;        ///< of the conserved energy since, by refreshed velocities and changed decoders: start = conserved + jumps
    ChainSums sums;
};

/// A short training at a temperature, and how good its representation is of rows that were held out.
struct Trial {
    double temperature = 0;    ///< 0: the plain autoencoder that all trials start from
    double error = 0;          ///< of single encoders
    double error_of_mean = 0;  ///< of the mean code
    double active = 0;         ///< units, as published
    double informed = 0;       ///< units, by the scale-free share of their variance between rows
    double information = 0;    ///< mean of that share
    double kinetic = 0;        ///< kinetic temperature over temperature
    double friction = 0;       ///< of the thermostat, per time step: heat that minibatches bring
};

/// A training between two outer iterations. The same on every rank but for the chains, of which a rank has those of its share.
struct Training {
    std::int64_t iteration = 0;  ///< outer iterations done
    Descent encoder;             ///< in plain descent; then its result
    Descent decoder;
    std::vector<Trial> trials;     ///< made so far; the first is of the plain autoencoder
    std::vector<Trial> runs;       ///< full trainings that came to their end, judged as trials are; a second one if the first missed its target
    Floats descended_decoder = {};  ///< [P] where plain descent ended: for that second one
    double temperature = 0;        ///< from when sampling begins, or from the last trial on
    double time_step = 0;
    std::vector<Chain> chains;
    std::vector<Floats> collected;  ///< of each own chain [encoders so far, D]
};

/// The chains of this rank, as tiles of one.
Share own_chains(const Recipe& recipe, const Communicator& ranks);

Training begin_training(const Recipe& recipe);

/// One outer iteration, or nothing of it if any rank was asked to stop. Nothing depends on ranks or threads: a chain is integrated by one thread, minibatches of
/// plain descent are cut into as many parts as ever, gradients are added in the order of chains or parts, and every rank takes the same step of Adam. Collective;
/// sends C P doubles, in plain descent (D + P) floats per part and step. Error if the energy is no number any more.
/// \return  whether it was done
/// Source: specification sections 3 and 10.4.
bool advance(Training& training, const Recipe& recipe, const TrainingRows& rows, const Communicator& ranks);

/// The temperature that a recipe gives, or twice the tolerated excess of the energy per degree of freedom.
/// Source: specification section 2.5; the excess as in section 10.2.
double temperature_by_formula(const Training& training, const Recipe& recipe, const TrainingRows& rows);

}  // namespace sluice::represent
