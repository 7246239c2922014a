#pragma once

#include "pool/pool_file.hpp"

#include <filesystem>
#include <functional>

namespace sluice::pool {

/// Consecutive rows of a pool as they are stored.
struct StoredRows {
    std::vector<std::byte> features;  ///< [rows, info.row_bytes()]
    std::vector<double> targets;      ///< [rows, info.target_names.size()], NaN where unknown
    std::vector<std::string> ids;     ///< [rows], empty where the pool has none
};

/// Writes a pool file from all ranks in parallel, block by block, under a temporary name; it is renamed when complete, and removed if anything fails.
/// Collective. \param info  of the file, `path` included; \param longest_id  bytes, on every rank the same
/// \param make_rows  the rows [first, first + count) of this rank's share, whole tiles; may fail
void write_pool(const PoolInfo& info, std::size_t longest_id, const std::function<StoredRows(RowId first, RowId count)>& make_rows, const Communicator& ranks);

}  // namespace sluice::pool
