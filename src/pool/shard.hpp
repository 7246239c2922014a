#pragma once

#include "pool/pool_file.hpp"
#include "pool/row_file.hpp"

#include <memory>
#include <span>

namespace sluice::pool {

/// What happens to a row that has a feature which is not a number.
enum class MissingFeatures { error, drop_row };

/// Where features are while they are used: read once and kept, or read from the file again in every pass over the pool.
struct Residency {
    enum Kind { memory, stream, automatic } kind = automatic;
    /// automatic: kept if no rank has more bytes of features than this; 0: half of the node's memory, shared by the ranks that run on it.
    std::uint64_t most_kept = 0;
};

/// Of "memory", "stream" and "auto".
Residency::Kind residency_named(const std::string& name);

/// Whether features of these shares are to be read in every pass; the same on every rank. A file that stores them in chunks is kept in memory all the same,
/// unless Residency::stream insists. Collective.
bool is_to_be_streamed(const PoolInfo& info, const Share& share, const Residency& residency, const Communicator& ranks);

/// Affine map of the features, one pair per column: used value = (stored - shift) * factor.
struct Scaling {
    std::vector<float> shift;
    std::vector<float> factor;

    static Scaling identity(RowId columns);
    bool is_identity() const;
};

/// The rows of the pool that one rank owns, as stored: in memory, or in the file.
struct Shard {
    PoolInfo info;
    Share share;
    std::unique_ptr<std::byte[]> features;  ///< share.rows() rows of info.row_bytes() bytes; empty where they are streamed
    std::unique_ptr<RowFile> stream;        ///< of all rows of the pool; empty where they are in memory
    std::vector<double> targets;            ///< [share.rows(), target_names.size()], empty if not asked for
    std::vector<RowId> dropped;             ///< own rows with missing features, under MissingFeatures::drop_row; their missing values read as 0
    std::uint64_t fingerprint = 0;          ///< of all rows' features, and targets where read; the same on every rank and for any number of ranks

    /// The features of all own rows, [share.rows(), info.columns], where they are float32 and in memory.
    std::span<const float> floats() const { return {reinterpret_cast<const float*>(features.get()), static_cast<std::size_t>(share.rows() * info.columns)}; }
    std::span<float> floats() { return {reinterpret_cast<float*>(features.get()), static_cast<std::size_t>(share.rows() * info.columns)}; }
    std::size_t bytes_in_memory() const { return stream ? 0 : static_cast<std::size_t>(share.rows()) * info.row_bytes(); }
    /// Own rows [first, first + count) as stored, where they are in memory or in `buffer`, which is made large enough. Threads have buffers of their own.
    const std::byte* rows(RowId first, RowId count, std::vector<std::byte>& buffer) const;
};

/// Reads this rank's tiles once, whether they are kept or not. Collective. Error names row and column of a feature that is not a number.
Shard read_shard(const std::string& path, const Communicator& ranks, bool with_targets, MissingFeatures missing, const Residency& residency = {});

/// Other rows of the pool file that a shard is of, read in every pass, without targets and fingerprint. Error if they can't be streamed. Collective.
Shard rows_from_file(const Shard& like, const Share& share, const Communicator& ranks);

/// A shard in memory whose rows are dealt as those of another: float32, unnamed columns, no targets, no fingerprint. The caller fills the features.
Shard shard_of_features(const Shard& like, RowId columns);

/// Hash of all rows' features as stored, and of the targets where they are there: of each tile, and then of these in tile order. One pass. Collective.
std::uint64_t fingerprint_of(const Shard& shard, const Communicator& ranks);

/// Own rows [first, first + count) as float32, scaled. \param out  [count, columns]
void decode(const Shard& shard, const Scaling& scaling, RowId first, RowId count, float* out);

/// Any rows of the pool as float32, scaled, on every rank: [rows.size(), columns]. Collective; every rank asks for the same rows.
std::vector<float> gather_rows(const Shard& shard, const Scaling& scaling, std::span<const RowId> rows, const Communicator& ranks);

/// The targets of any rows, on every rank: [rows.size(), targets]. Collective.
std::vector<double> gather_targets(const Shard& shard, std::span<const RowId> rows, const Communicator& ranks);

}  // namespace sluice::pool
