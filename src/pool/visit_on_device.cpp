#include "pool/visit_on_device.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/decode_on_device.hpp"

#include <cstring>

namespace sluice::pool {

namespace {

constexpr RowId most_group_rows = 65536;  // enough to fill a GPU with one product

#ifdef KOKKOS_ENABLE_CUDA
using StagingMemory = Kokkos::CudaHostPinnedSpace;
#else
using StagingMemory = Kokkos::HostSpace;
#endif

/// Copies own rows to the staging memory, tile by tile from the host's threads.
void stage(const std::string& label, const Shard& shard, const Share& group, RowId group_row, std::byte* staging)
{
    const Tiling tiling = shard.info.tiling();
    const auto row_bytes = static_cast<RowId>(shard.info.row_bytes());
    parallel::for_each_tile(label, group, [&](RowId tile) {
        thread_local std::vector<std::byte> buffer;
        const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        std::memcpy(staging + (first - group_row) * row_bytes, shard.rows(first, rows, buffer), static_cast<std::size_t>(rows * row_bytes));
    });
}

}  // namespace

RowId rows_of_group(const PoolInfo& info)
{
    return std::max<RowId>(1, most_group_rows / info.tile_rows) * info.tile_rows;
}

void visit_on_device(const std::string& label, const Shard& shard, const Scaling& scaling, const std::function<void(const DeviceGroup&, const float*)>& visit)
{
    const Tiling tiling = shard.info.tiling();
    const RowId group_rows = rows_of_group(shard.info), group_tiles = group_rows / tiling.tile_rows;
    const auto padded = static_cast<std::size_t>(group_rows);
    const auto device_scaling = to_device(scaling);
    const Kokkos::View<std::byte*, StagingMemory> staging("pool/staging", padded * shard.info.row_bytes());  // zeros: rows of other ranks are visited too
    const parallel::DeviceArray<std::byte> stored("pool/stored", staging.size());
    const parallel::DeviceArray<float> x("pool/features", padded * static_cast<std::size_t>(shard.info.columns));
    for (RowId group = shard.share.first_tile / group_tiles * group_tiles; group < shard.share.end_tile && !stop_requested(); group += group_tiles) {
        Share own{std::max(group, shard.share.first_tile), std::min(group + group_tiles, shard.share.end_tile), 0, 0};
        own.first_row = tiling.first_row(own.first_tile);
        own.end_row = std::min(tiling.first_row(own.end_tile), tiling.rows);
        const RowId first = tiling.first_row(group);
        stage(label, shard, own, first, staging.data());
        Kokkos::deep_copy(stored, staging);
        decode_on_device(shard.info, device_scaling, stored.data(), group_rows, x.data());
        visit({own.first_row - first, own.rows(), own.first_row - shard.share.first_row}, x.data());
        log::progress(label, static_cast<double>(own.end_row - shard.share.first_row), static_cast<double>(shard.share.rows()), "rows");
    }
    Kokkos::fence(label);
    log::end_progress();
}

}  // namespace sluice::pool
