#pragma once

#include "pool/shard.hpp"
#include "represent/representation.hpp"

namespace sluice::represent {

/// Writes the latents of every row of a pool as a pool of its own, from all ranks in parallel, in one pass over the tiles: features z0, z1, ... as float32; ids,
/// targets and tiles as they were; and where codes are distributions, /spread [rows] float32, which the reader of pools passes over. Its content does not depend on
/// ranks. Memory: a block of latents and, per thread, some layers of 256 rows. Asked to stop, throws Interrupted and leaves nothing. Collective.
/// \param shard  its features; targets and ids are read from its file; \param about  what made them, see quality_text
/// \param pictures  see pictures_text; empty: none
void write_latent_pool(const pool::Shard& shard, const pool::Scaling& standardising, const Representation& representation, const std::string& provenance,
                       const std::string& about, const std::string& pictures, const std::string& path, const Communicator& ranks);

}  // namespace sluice::represent
