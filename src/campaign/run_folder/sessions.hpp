#pragma once

#include "parallel/communicator.hpp"

#include <filesystem>
#include <string>

namespace sluice::campaign {

/// Of this machine.
std::string host_name();

/// Adds a line to sessions.jsonl, which records how a run was run: when, on how many ranks, by which version. Collective.
void begin_session(const std::filesystem::path& folder, const Communicator& ranks);

/// Completes the last line: how it ended ("done", "restart", "failed"), peak memory and bytes of pool of every rank. A killed run has no end. Collective.
void end_session(const std::filesystem::path& folder, const std::string& ended, std::int64_t shard_bytes, const Communicator& ranks);

}  // namespace sluice::campaign
