#include "fusion/moments_on_device.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "fusion/row_moments.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/decode_on_device.hpp"

namespace sluice::fusion {

namespace {

constexpr RowId most_group_rows = 65536;  // enough to fill a GPU with one product

#ifdef KOKKOS_ENABLE_CUDA
using StagingMemory = Kokkos::CudaHostPinnedSpace;
#else
using StagingMemory = Kokkos::HostSpace;
#endif

/// Copies own rows to the staging memory, tile by tile from the host's threads.
void stage(const pool::Shard& shard, const Share& group, RowId group_row, std::byte* staging)
{
    const Tiling tiling = shard.info.tiling();
    const auto row_bytes = static_cast<RowId>(shard.info.row_bytes());
    parallel::for_each_tile("fusion/stage", group, [&](RowId tile) {
        thread_local std::vector<std::byte> buffer;
        const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        std::memcpy(staging + (first - group_row) * row_bytes, shard.rows(first, rows, buffer), static_cast<std::size_t>(rows * row_bytes));
    });
}

}  // namespace

void predict_on_device(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const LabelledSet& labelled, int members, bool folded_window,
                       Moments& moments)
{
    using Floats = Kokkos::View<float**, Kokkos::LayoutRight, parallel::DeviceMemory>;
    const Tiling tiling = shard.info.tiling();
    const RowId group_tiles = std::max<RowId>(1, most_group_rows / tiling.tile_rows), group_rows = group_tiles * tiling.tile_rows;
    const auto row_bytes = shard.info.row_bytes(), columns = moments.columns;
    std::vector<models::Predict> predict;
    for (const auto& s : surrogates) predict.push_back(s.made.predictor(s.members, labelled.training[s.target], parallel::Place::device));
    const auto device_scaling = pool::to_device(scaling);
    const Kokkos::View<std::byte*, StagingMemory> staging("fusion/staging", static_cast<std::size_t>(group_rows) * row_bytes);  // zeros: the rows of others are predicted too
    const parallel::DeviceArray<std::byte> stored("fusion/stored", staging.size());
    const parallel::DeviceArray<float> x("fusion/features", static_cast<std::size_t>(group_rows * shard.info.columns));
    const Kokkos::View<float***, Kokkos::LayoutRight, parallel::DeviceMemory> said("fusion/members", static_cast<std::size_t>(group_rows), static_cast<std::size_t>(members), 1);
    const Floats mean("fusion/mean", static_cast<std::size_t>(group_rows), columns), deviation("fusion/deviation", static_cast<std::size_t>(group_rows), columns);
    const auto host_mean = Kokkos::create_mirror_view(mean), host_deviation = Kokkos::create_mirror_view(deviation);

    for (RowId group = shard.share.first_tile / group_tiles * group_tiles; group < shard.share.end_tile && !stop_requested(); group += group_tiles) {
        Share own{std::max(group, shard.share.first_tile), std::min(group + group_tiles, shard.share.end_tile), 0, 0};
        own.first_row = tiling.first_row(own.first_tile);
        own.end_row = std::min(tiling.first_row(own.end_tile), tiling.rows);
        const RowId first = tiling.first_row(group);
        stage(shard, own, first, staging.data());
        Kokkos::deep_copy(stored, staging);
        pool::decode_on_device(shard.info, device_scaling, stored.data(), group_rows, x.data());
        for (std::size_t c = 0; c < columns; ++c) {
            const auto& target = labelled.targets[surrogates[c].target];
            const Folding folding{target.has_window && folded_window, target.centre};
            predict[c](x.data(), group_rows, said.data());
            Kokkos::parallel_for(
                "fusion/moments", Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, group_rows), KOKKOS_LAMBDA(const RowId row) {
                    const auto m = row_moments(said, row, folding);
                    mean(row, c) = static_cast<float>(m.mean);
                    deviation(row, c) = static_cast<float>(m.deviation);
                });
        }
        Kokkos::deep_copy(host_mean, mean);
        Kokkos::deep_copy(host_deviation, deviation);
        const auto from = static_cast<std::size_t>(own.first_row - first) * columns, to = static_cast<std::size_t>(own.first_row - shard.share.first_row) * columns;
        std::copy_n(host_mean.data() + from, static_cast<std::size_t>(own.rows()) * columns, moments.mean.begin() + static_cast<std::ptrdiff_t>(to));
        std::copy_n(host_deviation.data() + from, static_cast<std::size_t>(own.rows()) * columns, moments.deviation.begin() + static_cast<std::ptrdiff_t>(to));
        log::progress("predict", static_cast<double>(own.end_row - shard.share.first_row), static_cast<double>(shard.share.rows()), "rows");
    }
}

}  // namespace sluice::fusion
