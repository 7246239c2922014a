#pragma once

#include "models/mixture_density/training.hpp"

#include <filesystem>

namespace sluice::models::mixture_density {

/// What a training comes from, as text: two trainings with the same stamp have the same bits at every step.
std::string stamp_of(const Shape& shape, const Recipe& recipe, const NormalisedSet& data, const FitKey& key);

/// Writes the state of a training: step, parameters and AdamW's moments of all members, with a checksum per member. Takes the place of an older file when
/// it is complete on disk. Nothing in it depends on the number of ranks. Collective.
void write_training(const std::filesystem::path& path, const std::string& stamp, const Training& training, std::int64_t members, const Communicator& ranks);

/// Takes over the state that a file holds. A file of another training, or a damaged one, is passed over: it costs time and nothing else. Collective.
/// \return  whether the state was taken over
bool read_training(const std::filesystem::path& path, const std::string& stamp, Training& training, const Communicator& ranks);

}  // namespace sluice::models::mixture_density
