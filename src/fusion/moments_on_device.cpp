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

/// Moments of `rows` rows that begin at row `before` of the predictions, to every `width`-th place from `at` on.
void store_moments(const Kokkos::View<float***, Kokkos::LayoutRight, parallel::DeviceMemory>& said, RowId before, RowId rows, const Folding& folding, const DeviceMoments& moments,
                   std::size_t at, std::size_t width)
{
    const auto mean = moments.mean, deviation = moments.deviation;
    Kokkos::parallel_for(
        "fusion/moments", Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, rows), KOKKOS_LAMBDA(const RowId row) {
            const auto m = row_moments(said, before + row, folding);
            mean(at + static_cast<std::size_t>(row) * width) = static_cast<float>(m.mean);
            deviation(at + static_cast<std::size_t>(row) * width) = static_cast<float>(m.deviation);
        });
}

}  // namespace

DeviceMoments predict_on_device(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, std::span<const std::size_t> columns,
                                const LabelledSet& labelled, int members, bool folded_window)
{
    const Tiling tiling = shard.info.tiling();
    const RowId group_tiles = std::max<RowId>(1, most_group_rows / tiling.tile_rows), group_rows = group_tiles * tiling.tile_rows;
    const auto width = columns.size(), padded = static_cast<std::size_t>(group_rows);
    std::vector<models::Predict> predict;
    std::vector<Folding> foldings;
    for (const auto c : columns) {
        const auto& s = surrogates[c];
        predict.push_back(s.made.predictor(s.members, labelled.training[s.target], parallel::Place::device));
        foldings.push_back({labelled.targets[s.target].has_window && folded_window, labelled.targets[s.target].centre});
    }
    const auto device_scaling = pool::to_device(scaling);
    const Kokkos::View<std::byte*, StagingMemory> staging("fusion/staging", padded * shard.info.row_bytes());  // zeros: rows of other ranks are predicted too
    const parallel::DeviceArray<std::byte> stored("fusion/stored", staging.size());
    const parallel::DeviceArray<float> x("fusion/features", padded * static_cast<std::size_t>(shard.info.columns));
    const Kokkos::View<float***, Kokkos::LayoutRight, parallel::DeviceMemory> said("fusion/members", padded, static_cast<std::size_t>(members), 1);
    const auto rows = static_cast<std::size_t>(shard.share.rows());
    const DeviceMoments moments{parallel::DeviceArray<float>("fusion/mean", rows * width), parallel::DeviceArray<float>("fusion/deviation", rows * width)};

    for (RowId group = shard.share.first_tile / group_tiles * group_tiles; group < shard.share.end_tile && !stop_requested(); group += group_tiles) {
        Share own{std::max(group, shard.share.first_tile), std::min(group + group_tiles, shard.share.end_tile), 0, 0};
        own.first_row = tiling.first_row(own.first_tile);
        own.end_row = std::min(tiling.first_row(own.end_tile), tiling.rows);
        const RowId first = tiling.first_row(group), before = own.first_row - first, in_share = own.first_row - shard.share.first_row;
        stage(shard, own, first, staging.data());
        Kokkos::deep_copy(stored, staging);
        pool::decode_on_device(shard.info, device_scaling, stored.data(), group_rows, x.data());
        for (std::size_t c = 0; c < width; ++c) {
            predict[c](x.data(), group_rows, said.data());
            store_moments(said, before, own.rows(), foldings[c], moments, static_cast<std::size_t>(in_share) * width + c, width);
        }
        log::progress("predict", static_cast<double>(own.end_row - shard.share.first_row), static_cast<double>(shard.share.rows()), "rows");
    }
    Kokkos::fence("fusion/predict");
    return moments;
}

}  // namespace sluice::fusion
