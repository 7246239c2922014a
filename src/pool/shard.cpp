#include "pool/shard.hpp"

#include "pool/decode.hpp"

#include <Kokkos_Core.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace sluice::pool {

namespace {

hdf5::Type memory_type(FeatureType type)
{
    switch (type) {
        case FeatureType::float32: return hdf5::Type::float32;
        case FeatureType::float16: return hdf5::Type::float16;
        default: return hdf5::Type::uint8;
    }
}

/// Column of the first feature of a row that is not finite, or -1.
template <typename T>
RowId first_missing(const T* row, RowId columns)
{
    for (RowId c = 0; c < columns; ++c) {
        if (!std::isfinite(static_cast<float>(row[c]))) return c;
    }
    return -1;
}

template <typename T>
void treat_missing(Shard& shard, MissingFeatures missing)
{
    auto* all = reinterpret_cast<T*>(shard.features.get());
    const RowId columns = shard.info.columns, rows = shard.share.rows();
    std::vector<RowId> found(static_cast<std::size_t>(rows), -1);
    Kokkos::parallel_for("pool/find_missing", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, rows),
                         [&](RowId i) { found[static_cast<std::size_t>(i)] = first_missing(all + i * columns, columns); });
    for (RowId i = 0; i < rows; ++i) {
        const RowId column = found[static_cast<std::size_t>(i)];
        if (column < 0) continue;
        const RowId row = shard.share.first_row + i;
        if (missing == MissingFeatures::error) {
            fail("{}: /features row {}, column {} is not a finite number; repair the pool or set [pool] missing = \"drop-row\"", shard.info.path, row,
                 shard.info.column_label(column));
        }
        shard.dropped.push_back(row);
        for (RowId c = 0; c < columns; ++c) {
            if (!std::isfinite(static_cast<float>(all[i * columns + c]))) all[i * columns + c] = T(0);
        }
    }
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

Scaling Scaling::identity(RowId columns)
{
    return {std::vector<float>(static_cast<std::size_t>(columns), 0.0F), std::vector<float>(static_cast<std::size_t>(columns), 1.0F)};
}

bool Scaling::is_identity() const
{
    return std::all_of(shift.begin(), shift.end(), [](float s) { return s == 0.0F; }) && std::all_of(factor.begin(), factor.end(), [](float f) { return f == 1.0F; });
}

std::uint64_t fingerprint_of(const Shard& shard, const Communicator& ranks)
{
    const auto& info = shard.info;
    const Tiling tiling = info.tiling();
    const auto width = info.target_names.size();
    std::vector<std::uint64_t> own(static_cast<std::size_t>(shard.share.tiles()));
    Kokkos::parallel_for("pool/fingerprint", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, shard.share.tiles()), [&](RowId i) {
        const RowId tile = shard.share.first_tile + i, first = tiling.first_row(tile);
        const auto rows = static_cast<std::size_t>(tiling.rows_in(tile));
        std::uint64_t hash = XXH3_64bits(shard.row(first), rows * info.row_bytes());
        if (!shard.targets.empty()) {
            const double* targets = shard.targets.data() + static_cast<std::size_t>(first - shard.share.first_row) * width;
            hash = XXH3_64bits_withSeed(targets, rows * width * sizeof(double), hash);
        }
        own[static_cast<std::size_t>(i)] = hash;
    });
    const auto all = ranks.gather(std::span<const std::uint64_t>(own));
    const auto shape = fmt::format("{} {} {} {}", info.rows, info.columns, name_of(info.type), info.tile_rows);
    return XXH3_64bits_withSeed(all.data(), all.size() * sizeof(std::uint64_t), XXH3_64bits(shape.data(), shape.size()));
}

Shard read_shard(const std::string& path, const Communicator& ranks, bool with_targets, MissingFeatures missing)
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
    together(ranks, [&] {
        shard.features = std::make_unique_for_overwrite<std::byte[]>(rows * shard.info.row_bytes());
        if (with_targets) shard.targets.resize(rows * shard.info.target_names.size());
    });
    together(ranks, [&] { file->read_rows("/features", memory_type(shard.info.type), shard.share.first_row, shard.share.rows(), shard.features.get()); });
    together(ranks, [&] {
        if (!with_targets || shard.info.target_names.empty()) return;
        file->read_rows("/targets", hdf5::Type::float64, shard.share.first_row, shard.share.rows(), shard.targets.data());
    });
    file.reset();
    shard.fingerprint = fingerprint_of(shard, ranks);
    together(ranks, [&] {
        if (shard.info.type == FeatureType::float32) treat_missing<float>(shard, missing);
        if (shard.info.type == FeatureType::float16) treat_missing<_Float16>(shard, missing);
    });
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

void decode(const Shard& shard, const Scaling& scaling, RowId first, RowId count, float* out)
{
    with_row_decoder(shard.info, [&](auto decode_row) {
        for (RowId i = 0; i < count; ++i) {
            float* row = out + i * shard.info.columns;
            decode_row(shard.row(first + i), row);
            for (std::size_t c = 0; c < scaling.shift.size(); ++c) row[c] = (row[c] - scaling.shift[c]) * scaling.factor[c];
        }
    });
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
