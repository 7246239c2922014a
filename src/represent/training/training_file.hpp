#pragma once

#include "represent/training/training.hpp"

#include <filesystem>

namespace sluice::represent {

/// Where a training is kept while it runs, and how often.
struct TrainingFile {
    std::filesystem::path path;  ///< empty: nowhere
    double seconds_between = 30;
};

/// What a training comes from, as text: two trainings with the same stamp have the same bits at every step.
std::string stamp_of(const Recipe& recipe, const Subsample& rows);

/// Writes the state of a training in parallel, with checksums; it takes the place of an older file when it is complete on disk. Nothing in it depends on the
/// number of ranks. Collective.
///
///     attributes    sluice_representation = format version, stamp, iteration, encoder_steps, decoder_steps, scales (temperature, time step), checksum
///     /trials, /runs    [.., 8] as Trial has them, where there are any;  /descended_decoder  [1, P] while a run may be repeated
///     /encoder, /decoder    [3, parameters] values, and Adam's means and squares
///     /theta, /velocity     [chains, D];  /motion [chains, ...] thermostat, place in the data, ledger, sums;  /collected [chains, encoders D]
///     /chain_checksum       [chains]
void write_training(const std::filesystem::path& path, const std::string& stamp, const Training& training, const Recipe& recipe, const Communicator& ranks);

/// Takes over the state that a file holds. A file of another training, or a damaged one, is passed over with a warning: it costs time and nothing else.
/// Collective. \return  whether the state was taken over
bool read_training(const std::filesystem::path& path, const std::string& stamp, Training& training, const Recipe& recipe, const Communicator& ranks);

/// Trains to the end, with the trials that the recipe asks for before sampling begins and the repetition that they may call for,
/// from the file where there is one of this training. Asked to stop, writes the file and throws Interrupted. Collective.
Training train(const Recipe& recipe, const Subsample& rows, const TrainingFile& file, const Communicator& ranks);

}  // namespace sluice::represent
