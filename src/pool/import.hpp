#pragma once

#include "pool/pool_file.hpp"

#include <filesystem>
#include <optional>

namespace sluice::pool {

struct ImportRequest {
    std::filesystem::path source;      ///< .csv, .npy or .npz
    std::filesystem::path output;
    std::vector<std::string> targets;  ///< CSV: columns that are targets
    std::string ids;                   ///< CSV: column of ids; empty: none
    std::vector<std::string> drop;     ///< CSV: columns left out
    std::optional<FeatureType> type;   ///< empty: as in the source; float32 for CSV
    RowId tile_rows = 2048;
    std::string provenance;            ///< empty: the source's file name
};

/// Makes a pool file, written by all ranks in parallel under a temporary name and renamed when complete.
///
/// CSV: every column that is not named otherwise is a feature and must be a number; an empty cell is a missing one.
/// NPY: features [rows, columns]. NPZ: `features`, and optionally `targets` [rows, targets], `target_names`, `target_units`, `ids`, `columns`.
/// Errors name file, line or row, and column.
PoolInfo import_pool(const ImportRequest& request, const Communicator& ranks);

}  // namespace sluice::pool
