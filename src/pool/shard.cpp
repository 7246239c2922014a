#include "pool/shard.hpp"

#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"
#include "pool/missing_features.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

namespace sluice::pool {

namespace {

/// What one look at every stored byte tells of a tile.
struct TileSurvey {
    std::uint64_t hash = 0;      ///< of features, and targets where they are there
    std::vector<RowId> missing;  ///< rows with a feature that is not finite
};

std::vector<TileSurvey> survey(const Shard& shard)
{
    const auto& info = shard.info;
    const Tiling tiling = info.tiling();
    const auto width = info.target_names.size();
    std::vector<TileSurvey> found(static_cast<std::size_t>(shard.share.tiles()));
    parallel::for_each_tile("pool/survey", shard.share, [&](RowId tile) {
        thread_local std::vector<std::byte> buffer;
        const RowId first = tiling.first_row(tile), count = tiling.rows_in(tile);
        const std::byte* features = shard.rows(first, count, buffer);
        auto& survey = found[static_cast<std::size_t>(tile - shard.share.first_tile)];
        survey.hash = XXH3_64bits(features, static_cast<std::size_t>(count) * info.row_bytes());
        if (!shard.targets.empty()) {
            const double* targets = shard.targets.data() + static_cast<std::size_t>(first - shard.share.first_row) * width;
            survey.hash = XXH3_64bits_withSeed(targets, static_cast<std::size_t>(count) * width * sizeof(double), survey.hash);
        }
        for (RowId i = 0; i < count; ++i) {
            if (first_missing(info, features + static_cast<std::size_t>(i) * info.row_bytes()) >= 0) survey.missing.push_back(first + i);
        }
    });
    return found;
}

std::uint64_t fingerprint_of(const PoolInfo& info, std::span<const TileSurvey> own, const Communicator& ranks)
{
    std::vector<std::uint64_t> hashes;
    for (const auto& tile : own) hashes.push_back(tile.hash);
    const auto all = ranks.gather(std::span<const std::uint64_t>(hashes));
    const auto shape = fmt::format("{} {} {} {}", info.rows, info.columns, name_of(info.type), info.tile_rows);
    return XXH3_64bits_withSeed(all.data(), all.size() * sizeof(std::uint64_t), XXH3_64bits(shape.data(), shape.size()));
}

/// Refuses rows with missing features, or drops them.
void treat_missing(Shard& shard, std::span<const TileSurvey> surveys, MissingFeatures missing)
{
    std::vector<std::byte> buffer;
    for (const auto& tile : surveys) {
        for (const RowId row : tile.missing) {
            if (missing == MissingFeatures::error) {
                fail("{}: /features row {}, column {} is not a finite number; repair the pool or set [pool] missing = \"drop-row\"", shard.info.path, row,
                     shard.info.column_label(first_missing(shard.info, shard.rows(row, 1, buffer))));
            }
            shard.dropped.push_back(row);
            if (!shard.stream) zero_missing(shard.info, shard.features.get() + static_cast<std::size_t>(row - shard.share.first_row) * shard.info.row_bytes(), 1);
        }
    }
}

/// Bytes of features that a rank may keep: half of the node's memory, shared by its ranks. Collective.
std::uint64_t half_of_memory(const Communicator& ranks)
{
    return parallel::node_memory() / 2 / static_cast<std::uint64_t>(ranks.on_this_node().size());
}

/// Opens the features for reading tile by tile. Error if their rows do not follow one another in the file.
std::unique_ptr<RowFile> open_stream(const hdf5::File& file, const PoolInfo& info)
{
    const auto offset = file.contiguous_offset("/features", stored_type(info.type));
    if (!offset) fail("{}: /features is stored in chunks, compressed or in another byte order, and can't be read row by row, as streams and member groups do; import it anew, or set [pool] residency = \"memory\" and member_groups = 1", info.path);
    return std::make_unique<RowFile>(info.path, *offset, info.row_bytes());
}

/// Every rank gives its own rows among `rows` (fetch: row -> width values) and gets all of them, in the order asked for.
template <typename T, typename Fetch>
std::vector<T> gather_from_owners(const Share& share, std::span<const RowId> rows, std::size_t width, const Communicator& ranks, const Fetch& fetch)
{
    std::vector<T> own;
    std::vector<std::uint64_t> own_places;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!share.owns(rows[i])) continue;
        own_places.push_back(i);
        own.resize(own.size() + width);
        fetch(rows[i], own.data() + own.size() - width);
    }
    const auto places = ranks.gather(std::span<const std::uint64_t>(own_places));
    const auto values = ranks.gather(std::span<const T>(own));
    std::vector<T> all(rows.size() * width);
    for (std::size_t i = 0; i < places.size(); ++i) std::copy_n(values.data() + i * width, width, all.data() + places[i] * width);
    return all;
}

}  // namespace

Residency::Kind residency_named(const std::string& name)
{
    return name == "memory" ? Residency::memory : name == "stream" ? Residency::stream : Residency::automatic;
}

bool is_to_be_streamed(const PoolInfo& info, const Share& share, const Residency& residency, const Communicator& ranks)
{
    if (residency.kind != Residency::automatic) return residency.kind == Residency::stream;
    const auto most = residency.most_kept > 0 ? residency.most_kept : half_of_memory(ranks);
    return ranks.any(static_cast<std::uint64_t>(share.rows()) * info.row_bytes() > most);
}

Scaling Scaling::identity(RowId columns)
{
    return {std::vector<float>(static_cast<std::size_t>(columns), 0.0F), std::vector<float>(static_cast<std::size_t>(columns), 1.0F)};
}

bool Scaling::is_identity() const
{
    return std::all_of(shift.begin(), shift.end(), [](float s) { return s == 0.0F; }) && std::all_of(factor.begin(), factor.end(), [](float f) { return f == 1.0F; });
}

const std::byte* Shard::rows(RowId first, RowId count, std::vector<std::byte>& buffer) const
{
    if (!stream) return features.get() + static_cast<std::size_t>(first - share.first_row) * info.row_bytes();
    buffer.resize(static_cast<std::size_t>(count) * info.row_bytes());
    stream->read(first, count, buffer.data());
    // Tiles are read in their order, by one thread each: the system fetches what a thread will come to in its next one while this one is worked on.
    const RowId ahead = first + info.tile_rows * parallel::host_threads();
    if (count > 1 && ahead < share.end_row) stream->expect(ahead, std::min(count, share.end_row - ahead));
    if (!dropped.empty()) zero_missing(info, buffer.data(), count);
    return buffer.data();
}

std::uint64_t fingerprint_of(const Shard& shard, const Communicator& ranks)
{
    return fingerprint_of(shard.info, survey(shard), ranks);
}

Shard read_shard(const std::string& path, const Communicator& ranks, bool with_targets, MissingFeatures missing, const Residency& residency)
{
    Shard shard;
    std::optional<hdf5::File> file;
    // One data set at a time: a rank that cannot read its rows must not close the file while the others open the next.
    together(ranks, [&] {
        file = hdf5::File::open(path, ranks);
        shard.info = read_pool_info(*file);
        shard.share = share_of(shard.info.tiling(), ranks.rank(), ranks.size());
    });
    const auto rows = static_cast<std::size_t>(shard.share.rows());
    const bool may_be_streamed = residency.kind == Residency::stream || file->contiguous_offset("/features", stored_type(shard.info.type));
    const bool streamed = is_to_be_streamed(shard.info, shard.share, residency, ranks) && may_be_streamed;
    together(ranks, [&] {
        if (streamed) shard.stream = open_stream(*file, shard.info);
        else shard.features = std::make_unique_for_overwrite<std::byte[]>(rows * shard.info.row_bytes());
        if (with_targets) shard.targets.resize(rows * shard.info.target_names.size());
    });
    together(ranks, [&] {
        if (!streamed) file->read_rows("/features", stored_type(shard.info.type), shard.share.first_row, shard.share.rows(), shard.features.get());
    });
    together(ranks, [&] {
        if (!with_targets || shard.info.target_names.empty()) return;
        file->read_rows("/targets", hdf5::Type::float64, shard.share.first_row, shard.share.rows(), shard.targets.data());
    });
    file.reset();
    std::vector<TileSurvey> surveys;
    together(ranks, [&] { surveys = survey(shard); });
    shard.fingerprint = fingerprint_of(shard.info, surveys, ranks);
    together(ranks, [&] { treat_missing(shard, surveys, missing); });
    return shard;
}

Shard rows_from_file(const Shard& like, const Share& share, const Communicator& ranks)
{
    Shard shard;
    shard.info = like.info;
    shard.share = share;
    const auto dropped = ranks.gather(std::span<const RowId>(like.dropped));
    std::copy_if(dropped.begin(), dropped.end(), std::back_inserter(shard.dropped), [&](RowId row) { return share.owns(row); });
    together(ranks, [&] { shard.stream = open_stream(hdf5::File::open(like.info.path, ranks), like.info); });
    return shard;
}

Shard shard_of_features(const Shard& like, RowId columns)
{
    Shard shard;
    shard.info = {.path = like.info.path, .rows = like.info.rows, .columns = columns, .type = FeatureType::float32, .tile_rows = like.info.tile_rows};
    shard.share = like.share;
    shard.features = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(like.share.rows()) * shard.info.row_bytes());
    return shard;
}

std::vector<float> gather_rows(const Shard& shard, const Scaling& scaling, std::span<const RowId> rows, const Communicator& ranks)
{
    return gather_from_owners<float>(shard.share, rows, static_cast<std::size_t>(shard.info.columns), ranks,
                                     [&](RowId row, float* out) { decode(shard, scaling, row, 1, out); });
}

std::vector<double> gather_targets(const Shard& shard, std::span<const RowId> rows, const Communicator& ranks)
{
    const auto width = shard.info.target_names.size();
    return gather_from_owners<double>(shard.share, rows, width, ranks, [&](RowId row, double* out) {
        std::copy_n(shard.targets.data() + static_cast<std::size_t>(row - shard.share.first_row) * width, width, out);
    });
}

}  // namespace sluice::pool
