#include "represent/latent_pool.hpp"

#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/write_pool.hpp"
#include "represent/training/training_rows.hpp"

namespace sluice::represent {

namespace {

pool::PoolInfo info_of_latents(const pool::PoolInfo& of, const Representation& representation, const std::string& provenance, const std::string& path)
{
    auto info = of;
    info.path = path;
    info.columns = representation.shape.units;
    info.type = pool::FeatureType::float32;
    info.provenance = provenance;
    info.column_names.clear();
    for (std::int64_t u = 0; u < info.columns; ++u) info.column_names.push_back("z" + std::to_string(u));
    return info;
}

/// Latents of one tile. \param out  [rows of the tile, units]
void represent_tile(const pool::Shard& shard, const pool::Scaling& standardising, const Representation& representation, RowId tile, float* out, float* spread)
{
    const auto columns = shard.info.columns, units = representation.shape.units;
    const RowId begin = shard.info.tiling().first_row(tile), end = begin + shard.info.tiling().rows_in(tile);
    thread_local Floats x;
    thread_local Codes codes;
    x.resize(static_cast<std::size_t>(block_rows * columns));
    for (RowId first = begin; first < end; first += block_rows) {
        const auto count = std::min<RowId>(block_rows, end - first);
        pool::decode(shard, standardising, first, count, x.data());
        cut_off(x.data(), static_cast<std::size_t>(count * columns));
        std::fill(x.begin() + count * columns, x.end(), 0.0F);
        encode_block(representation, x.data(), codes);
        to_latents(representation, codes, count, out + (first - begin) * units, spread == nullptr ? nullptr : spread + (first - begin));
    }
}

/// Ids of consecutive rows.
std::vector<std::string> read_ids(const hdf5::File& file, RowId first, RowId count)
{
    const auto size = file.text_size("/ids");
    std::string all(size * static_cast<std::size_t>(count), '\0');
    file.read_rows("/ids", hdf5::Type::text, first, count, all.data());
    std::vector<std::string> ids;
    for (std::size_t at = 0; at < all.size(); at += size) ids.emplace_back(all.substr(at, size).c_str());
    return ids;
}

}  // namespace

void write_latent_pool(const pool::Shard& shard, const pool::Scaling& standardising, const Representation& representation, const std::string& provenance,
                       const std::string& about, const std::string& pictures, const std::string& path, const Communicator& ranks)
{
    const auto info = info_of_latents(shard.info, representation, provenance, path);
    const Tiling tiling = info.tiling();
    std::size_t longest_id = 0;
    together(ranks, [&] {
        if (info.has_ids) longest_id = hdf5::File::open(shard.info.path).text_size("/ids");
    });
    const auto represent_block = [&](RowId first, RowId count) {
        pool::StoredRows block;
        block.features.resize(static_cast<std::size_t>(count) * info.row_bytes());
        if (representation.has_spread) block.beside.resize(static_cast<std::size_t>(count));
        const Share tiles{.first_tile = first / tiling.tile_rows, .end_tile = (first + count + tiling.tile_rows - 1) / tiling.tile_rows, .first_row = first, .end_row = first + count};
        parallel::for_each_tile("represent/encode", tiles, [&](RowId tile) {
            if (stop_requested()) return;
            const RowId at = tiling.first_row(tile) - first;
            represent_tile(shard, standardising, representation, tile, reinterpret_cast<float*>(block.features.data()) + at * info.columns,
                           representation.has_spread ? block.beside.data() + at : nullptr);
        });
        if (count == 0 || (info.target_names.empty() && !info.has_ids)) return block;
        const auto file = hdf5::File::open(shard.info.path);
        block.targets.resize(static_cast<std::size_t>(count) * info.target_names.size());
        if (!info.target_names.empty()) file.read_rows("/targets", hdf5::Type::float64, first, count, block.targets.data());
        if (info.has_ids) block.ids = read_ids(file, first, count);
        return block;
    };
    pool::write_pool(info, longest_id, represent_block, ranks, {representation.has_spread ? "/spread" : "", about, pictures});
}

}  // namespace sluice::represent
