#include "fusion/moments.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "fusion/moments_on_device.hpp"
#include "fusion/row_moments.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"

#include <atomic>

namespace sluice::fusion {

namespace {

constexpr RowId most_block_rows = 512;  // features of a block stay in the second-level cache while all families predict it

void predict_on_host(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const LabelledSet& labelled, int members, bool folded_window,
                     Moments& moments)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), per_row = static_cast<std::size_t>(members);
    const RowId block_rows = std::min<RowId>(tiling.tile_rows, most_block_rows);
    const auto predict_block = [&](RowId first, RowId rows) {
        thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
        const auto padded = static_cast<std::size_t>(block_rows);
        float* x = feature_buffer.room_for(padded * columns);
        float* predicted = prediction_buffer.room_for(padded * per_row);
        pool::decode(shard, scaling, first, rows, x);
        std::fill(x + static_cast<std::size_t>(rows) * columns, x + padded * columns, 0.0F);  // the shape of a product decides its rounding
        for (std::size_t c = 0; c < surrogates.size(); ++c) {
            const auto& target = labelled.targets[surrogates[c].target];
            const Folding folding{target.has_window && folded_window, target.centre};
            surrogates[c].predict(x, block_rows, predicted);
            const models::Predictions::View members_say(predicted, padded, per_row, 1);
            for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
                const auto m = row_moments(members_say, static_cast<RowId>(i), folding);
                const auto at = (static_cast<std::size_t>(first - shard.share.first_row) + i) * moments.columns + c;
                moments.mean[at] = static_cast<float>(m.mean);
                moments.deviation[at] = static_cast<float>(m.deviation);
            }
        }
    };
    std::atomic<RowId> done = 0;
    parallel::for_each_tile("fusion/predict", shard.share, [&](RowId tile) {
        const RowId end = tiling.first_row(tile) + tiling.rows_in(tile);
        for (RowId first = tiling.first_row(tile); first < end && !stop_requested(); first += block_rows) predict_block(first, std::min(block_rows, end - first));
        log::progress("predict", static_cast<double>(done += tiling.rows_in(tile)), static_cast<double>(shard.share.rows()), "rows");
    });
}

}  // namespace

Moments predict_pool(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const LabelledSet& labelled, int members, bool folded_window,
                     parallel::Place place, Work& work, const Communicator& ranks)
{
    Moments moments;
    moments.columns = surrogates.size();
    moments.mean.resize(static_cast<std::size_t>(shard.share.rows()) * moments.columns);
    moments.deviation.resize(moments.mean.size());
    together(ranks, [&] {
        const auto& predict = place == parallel::Place::device ? predict_on_device : predict_on_host;
        predict(shard, scaling, surrogates, labelled, members, folded_window, moments);
    });
    log::end_progress();
    parallel::stop_if_asked(ranks);
    const auto rows = static_cast<double>(shard.share.rows());
    work.bytes += rows * static_cast<double>(shard.info.row_bytes());
    for (const auto& surrogate : surrogates) work.flops += rows * surrogate.flops_per_row;
    return moments;
}

}  // namespace sluice::fusion
