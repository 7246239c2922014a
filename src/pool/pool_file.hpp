#pragma once

#include "parallel/tiling.hpp"
#include "pool/hdf5.hpp"

#include <string>
#include <vector>

namespace sluice::pool {

/// How a feature is stored. A feature is used as float32 whatever its storage.
enum class FeatureType { float32, float16, uint8, bits };

/// What a pool file says of itself:
///
///     /features      [rows, columns] float32, float16 or uint8;  or [rows, ceil(columns/8)] uint8, 8 features to a byte, first in the highest bit
///     /targets       [rows, targets] float64, optional; NaN = unknown
///     /ids           [rows] fixed-length strings, optional
///     /columns, /target_names, /target_units    fixed-length strings
///     attributes     sluice_pool = format version, tile_rows, encoding = "plain" | "bits", bits = columns where packed, provenance
struct PoolInfo {
    std::string path;
    RowId rows = 0;
    RowId columns = 0;
    FeatureType type = FeatureType::float32;
    RowId tile_rows = 2048;
    bool has_ids = false;
    std::vector<std::string> column_names;  ///< empty: unnamed
    std::vector<std::string> target_names;  ///< empty: no targets
    std::vector<std::string> target_units;
    std::string provenance;

    Tiling tiling() const { return {rows, tile_rows}; }
    /// Bytes of one row of features as stored.
    std::size_t row_bytes() const;
    /// "17 ('n_rings')" or "17".
    std::string column_label(RowId column) const;
};

inline constexpr std::int64_t format_version = 1;

const char* name_of(FeatureType type);

/// The elements of /features.
hdf5::Type stored_type(FeatureType type);

/// Reads and checks what the file says of itself. Error names what is missing or contradictory, and what is expected.
PoolInfo read_pool_info(const hdf5::File& file);

/// Creates the data sets and attributes of an empty pool. Collective.
void create_pool(hdf5::File& file, const PoolInfo& info, std::size_t id_size, bool is_root);

/// Ids of some rows, read by this rank alone; the row numbers as text if the pool has no ids.
std::vector<std::string> read_ids(const PoolInfo& info, const std::vector<RowId>& rows);

}  // namespace sluice::pool
