#include "fusion/moments.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "models/predictions.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"

#include <atomic>
#include <cmath>
#include <numbers>

namespace sluice::fusion {

namespace {

constexpr double least_deviation = 1e-8;
constexpr RowId most_block_rows = 512;  // features of a block stay in the second-level cache while all families predict it

}  // namespace

Closeness closeness(double gap, double deviation)
{
    if (!(deviation > 0)) return {-std::abs(gap), 0};
    const double ratio = gap / deviation;
    const double apart = deviation * std::sqrt(2 / std::numbers::pi) * std::exp(-0.5 * ratio * ratio) + gap * std::erf(ratio / std::numbers::sqrt2);
    return {-apart, std::sqrt(std::max(gap * gap + deviation * deviation - apart * apart, 0.0))};
}

Moments predict_pool(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const std::vector<Target>& targets, int members,
                     bool folded_window, Work& work, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), per_row = static_cast<std::size_t>(members);
    const RowId block_rows = std::min<RowId>(tiling.tile_rows, most_block_rows);
    Moments moments;
    moments.columns = surrogates.size();
    moments.mean.resize(static_cast<std::size_t>(shard.share.rows()) * moments.columns);
    moments.deviation.resize(moments.mean.size());
    const auto predict_block = [&](RowId first, RowId rows) {
        thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
        const auto padded = static_cast<std::size_t>(block_rows);
        float* x = feature_buffer.room_for(padded * columns);
        float* predicted = prediction_buffer.room_for(padded * per_row);
        pool::decode(shard, scaling, first, rows, x);
        std::fill(x + static_cast<std::size_t>(rows) * columns, x + padded * columns, 0.0F);  // the shape of a product decides its rounding
        for (std::size_t c = 0; c < surrogates.size(); ++c) {
            const auto& target = targets[surrogates[c].target];
            surrogates[c].predict(x, block_rows, predicted);
            const models::Predictions::View members_say(predicted, padded, per_row, 1);
            for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
                const auto said = models::moments(members_say, static_cast<RowId>(i), 0);
                const bool is_number = std::isfinite(said.mean) && std::isfinite(said.variance);  // what is none says nothing
                Closeness m{is_number ? said.mean : 0, (is_number ? std::sqrt(said.variance) : 0) + least_deviation};
                if (target.has_window && folded_window) {
                    m = closeness(m.mean - target.centre, m.deviation);
                    m.deviation += least_deviation;
                }
                const auto at = (static_cast<std::size_t>(first - shard.share.first_row) + i) * moments.columns + c;
                moments.mean[at] = static_cast<float>(m.mean);
                moments.deviation[at] = static_cast<float>(m.deviation);
            }
        }
    };
    std::atomic<RowId> done = 0;
    together(ranks, [&] {
        parallel::for_each_tile("fusion/predict", shard.share, [&](RowId tile) {
            const RowId end = tiling.first_row(tile) + tiling.rows_in(tile);
            for (RowId first = tiling.first_row(tile); first < end && !stop_requested(); first += block_rows) predict_block(first, std::min(block_rows, end - first));
            log::progress("predict", static_cast<double>(done += tiling.rows_in(tile)), static_cast<double>(shard.share.rows()), "rows");
        });
    });
    log::end_progress();
    parallel::stop_if_asked(ranks);
    const auto rows = static_cast<double>(shard.share.rows());
    work.bytes += rows * static_cast<double>(shard.info.row_bytes());
    for (const auto& surrogate : surrogates) work.flops += rows * surrogate.flops_per_row;
    return moments;
}

}  // namespace sluice::fusion
