#pragma once

#include "campaign/state.hpp"

#include <filesystem>
#include <optional>

namespace sluice::campaign {

/// What a checkpoint must agree with to be used.
struct CheckpointOrigin {
    std::string campaign;     ///< resolved campaign file, kept for the reader of the file
    std::string identity;     ///< of the campaign
    std::string fingerprint;  ///< of the pool
};

/// Writes `checkpoint.h5` of a run folder in parallel: under a temporary name, closed, on disk, renamed; the one before it stays as `checkpoint.prev.h5`.
/// It records how much of the journal it contains. Nothing in it depends on the number of ranks. Collective.
///
///     attributes   sluice_checkpoint = format version, identity, fingerprint, iteration, journal_bytes, journal_hash, checksum
///     /campaign    the campaign file
///     /rows        [rows] uint8 row states;  /rows_checksum [tiles]
///     /labelled, /values, /failed, /pending, /asked, /asked_in, /oob_r2, /points, /last_fit (its iteration, its number of members), /members
void write_checkpoint(const std::filesystem::path& folder, const CheckpointOrigin& origin, const State& state, const std::string& journal,
                      const Tiling& tiling, const Share& share, const Communicator& ranks);

/// A state and the number of journal bytes it contains.
struct Restored {
    State state;
    std::size_t journal_bytes = 0;
};

/// Reads the checkpoint of a run folder, or the one before it if the first is missing or damaged (named in a warning), or nothing.
/// Throws Agreed if a sound checkpoint is of another campaign or pool, or knows labels that the journal has lost. Collective.
std::optional<Restored> read_checkpoint(const std::filesystem::path& folder, const CheckpointOrigin& origin, const std::string& journal, const Tiling& tiling,
                                        const Share& share, const Communicator& ranks);

/// One line about a checkpoint file, for `sluice inspect`. Error if it is damaged.
std::string describe_checkpoint(const std::filesystem::path& path, const Communicator& ranks);

}  // namespace sluice::campaign
