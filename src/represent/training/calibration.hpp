#pragma once

#include "represent/training/minibatches.hpp"
#include "represent/training/training.hpp"

#include <optional>

/// The temperature of an entropic autoencoder by trials: short trainings, all from where plain descent ended, judged by rows that were set aside for it (Subsample::trial). Use it where the
/// formula T = 2 dE / D, which takes every direction for stiff, is too far off, and to see how error and active units depend on the temperature.
/// Source: specification section 5.4. Departure: the search begins at the formula's temperature and grows by factors of 4 until the target lies between two trials,
/// in place of bisecting twelve decades; and "near" is a tenth of the excess over the plain autoencoder, which is stricter than a tenth of the error.
/// A full training goes on for longer than its trials and may end hotter. It is judged too; if its error is off by more than a tenth, it is made once more, from where
/// plain descent ended, at a corrected temperature. That one counts, and what it still misses is said.
namespace sluice::represent {

/// Whether plain descent is over and trials are still to be made, or to be evaluated.
bool is_to_be_calibrated(const Training& training, const Recipe& recipe);

/// Makes one more trial, or sets the temperature if there are enough. Nothing depends on ranks. Collective.
/// \return  whether it was done; if a rank was asked to stop, nothing is
bool calibrate(Training& training, const Recipe& recipe, const Subsample& rows, const Communicator& ranks);

/// Whether a full training at a temperature that trials found has come to its end and nobody knows its error yet.
bool is_to_be_judged(const Training& training, const Recipe& recipe);

/// Finds that error. If it misses the target and is the first, the training is set back to where plain descent ended. Nothing depends on ranks. Collective.
void judge_run(Training& training, const Recipe& recipe, const Subsample& rows, const Communicator& ranks);

/// The error that a calibrated training is to have. Error if plain descent ended above it.
double target_of(const Training& training, const Recipe& recipe, const Subsample& rows);

/// Whether a full training is off by more than a tenth of its target.
bool misses(double error, double target);

/// Of a full training that missed. The excess over the plain autoencoder's error is taken to rise with the power 0.8 of the temperature: it is in proportion to it
/// under a fixed decoder (specification section 2.5), and powers down to 0.6 were seen where the decoder learns on. Changes eightfold at most.
double corrected_temperature(double temperature, double error, double target, double plain);

/// What a search does next: a temperature between the hottest trial below the target and the coldest above, or beyond all; nothing where one is near enough, or
/// after `most_trials`. The error is taken to rise with the temperature.
/// \param trials  the first is plain; \param first  temperature to begin at
std::optional<double> next_temperature(const std::vector<Trial>& trials, double target, double first);

/// Of the trial whose error is nearest to the target.
double nearest_temperature(const std::vector<Trial>& trials, double target);

inline constexpr std::size_t most_trials = 16;

}  // namespace sluice::represent
