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
    const auto features = static_cast<std::size_t>(shard.info.columns), tile_rows = static_cast<std::size_t>(tiling.tile_rows), per_row = static_cast<std::size_t>(members);
    Moments moments;
    moments.columns = surrogates.size();
    moments.mean.resize(static_cast<std::size_t>(shard.share.rows()) * moments.columns);
    moments.deviation.resize(moments.mean.size());
    std::atomic<RowId> done = 0;
    together(ranks, [&] {
        parallel::for_each_tile("fusion/predict", shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
            float* x = feature_buffer.room_for(tile_rows * features);
            float* predicted = prediction_buffer.room_for(tile_rows * per_row);
            const RowId rows = tiling.rows_in(tile), first = tiling.first_row(tile);
            pool::decode(shard, scaling, first, rows, x);
            std::fill(x + static_cast<std::size_t>(rows) * features, x + tile_rows * features, 0.0F);  // the shape of a product decides its rounding
            for (std::size_t c = 0; c < surrogates.size(); ++c) {
                const auto& target = targets[surrogates[c].target];
                surrogates[c].predict(x, tiling.tile_rows, predicted);
                const models::Predictions::View members_say(predicted, tile_rows, per_row, 1);
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
            log::progress("predict", static_cast<double>(done += rows), static_cast<double>(shard.share.rows()), "rows");
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
