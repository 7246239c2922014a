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
    std::vector<float> beside;        ///< [rows], empty unless write_pool was given a name for it
};

/// What a pool file can hold beside a pool.
struct Extra {
    std::string beside = {};          ///< name of a data set of one float32 per row; empty: none
    std::string representation = {};  ///< data set of that name, of this one text; empty: none. Not an attribute: the library leaves chance bytes around long ones
    std::string pictures = {};        ///< likewise
};

/// Writes a pool file from all ranks in parallel, block by block, under a temporary name; it is renamed when complete, and removed if anything fails.
/// Collective. \param info  of the file, `path` included; \param longest_id  bytes, on every rank the same
/// Asked to stop between blocks, throws Interrupted and leaves nothing.
/// \param make_rows  the rows [first, first + count) of this rank's share, whole tiles; may fail, and may give up when asked to stop
/// \param extra  what the reader of pools passes over
void write_pool(const PoolInfo& info, std::size_t longest_id, const std::function<StoredRows(RowId first, RowId count)>& make_rows, const Communicator& ranks,
                const Extra& extra = {});

}  // namespace sluice::pool
