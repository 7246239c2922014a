#include "fusion/predict/moments.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "fusion/predict/moments_on_device.hpp"
#include "fusion/predict/row_moments.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/device_exchange.hpp"
#include "parallel/for_each_tile.hpp"

#include <atomic>

namespace sluice::fusion {

namespace {

constexpr RowId most_block_rows = 512;  // features of a block stay in the second-level cache while all families predict it

Moments moments_of(std::size_t rows, std::size_t columns)
{
    return {columns, std::vector<float>(rows * columns), std::vector<float>(rows * columns)};
}

Moments predict_on_host(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, std::span<const std::size_t> surrogate_columns,
                        const LabelledSet& labelled, int members, bool folded_window)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), per_row = static_cast<std::size_t>(members);
    const RowId block_rows = std::min<RowId>(tiling.tile_rows, most_block_rows);
    Moments moments = moments_of(static_cast<std::size_t>(shard.share.rows()), surrogate_columns.size());
    const auto predict_block = [&](RowId first, RowId rows) {
        thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
        const auto padded = static_cast<std::size_t>(block_rows);
        float* x = feature_buffer.room_for(padded * columns);
        float* predicted = prediction_buffer.room_for(padded * per_row);
        pool::decode(shard, scaling, first, rows, x);
        std::fill(x + static_cast<std::size_t>(rows) * columns, x + padded * columns, 0.0F);  // the shape of a product decides its rounding
        for (std::size_t c = 0; c < moments.columns; ++c) {
            const auto& surrogate = surrogates[surrogate_columns[c]];
            const auto& target = labelled.targets[surrogate.target];
            const Folding folding{target.has_window && folded_window, target.centre, target.typical};
            surrogate.predict(x, block_rows, predicted);
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
    return moments;
}

/// What this rank's part of the exchange in its group is: for each rank of the group the rows of that rank, in this rank's surrogates; and what it has from each.
struct Exchange {
    std::vector<std::size_t> to, from;
};

Exchange exchange_of(const MemberGroup& group)
{
    Exchange counts;
    const auto own = static_cast<std::size_t>(group.shares[static_cast<std::size_t>(group.ranks.rank())].rows());
    for (std::size_t r = 0; r < group.shares.size(); ++r) {
        counts.to.push_back(static_cast<std::size_t>(group.shares[r].rows()) * group.own_columns().size());
        counts.from.push_back(own * group.columns[r].size());
    }
    return counts;
}

/// Brings what the ranks of a group gave, rank after rank [own rows, columns of the rank], to [own rows, columns].
void interleave(const std::vector<float>& given, const MemberGroup& group, std::size_t rows, std::vector<float>& out)
{
    const auto width = out.size() / std::max<std::size_t>(rows, 1);
    const float* from = given.data();
    for (const auto& columns : group.columns) {
        for (std::size_t row = 0; row < rows; ++row) {
            for (const auto column : columns) out[row * width + column] = *from++;
        }
    }
}

Moments predict_alone(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, std::span<const std::size_t> columns, const LabelledSet& labelled,
                      int members, bool folded_window, parallel::Place place, const Communicator& ranks)
{
    Moments moments;
    together(ranks, [&] {
        if (place == parallel::Place::host) {
            moments = predict_on_host(shard, scaling, surrogates, columns, labelled, members, folded_window);
            return;
        }
        const auto on_device = predict_on_device(shard, scaling, surrogates, columns, labelled, members, folded_window);
        moments = moments_of(static_cast<std::size_t>(shard.share.rows()), columns.size());
        parallel::to_host(on_device.mean, std::span(moments.mean));
        parallel::to_host(on_device.deviation, std::span(moments.deviation));
    });
    return moments;
}

Moments predict_in_group(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const MemberGroup& group,
                         const parallel::DeviceExchange* exchange, const LabelledSet& labelled, int members, bool folded_window, parallel::Place place, const Communicator& ranks)
{
    const auto sent_before = group.ranks.bytes_sent();
    const auto rows = pool::rows_from_file(shard, group.rows, ranks);
    const auto counts = exchange_of(group);
    const auto own_rows = static_cast<std::size_t>(shard.share.rows());
    std::vector<float> mean, deviation;
    if (place == parallel::Place::host) {
        Moments part;
        together(ranks, [&] { part = predict_on_host(rows, scaling, surrogates, group.own_columns(), labelled, members, folded_window); });
        mean = group.ranks.exchange(part.mean, counts.to, counts.from);
        deviation = group.ranks.exchange(part.deviation, counts.to, counts.from);
    } else {
        DeviceMoments part;
        together(ranks, [&] { part = predict_on_device(rows, scaling, surrogates, group.own_columns(), labelled, members, folded_window); });
        mean.resize(own_rows * surrogates.size());
        deviation.resize(mean.size());
        parallel::to_host((*exchange)(part.mean, counts.to, counts.from), std::span(mean));
        parallel::to_host((*exchange)(part.deviation, counts.to, counts.from), std::span(deviation));
    }
    ranks.count_sent(static_cast<std::size_t>(group.ranks.bytes_sent() - sent_before));
    auto moments = moments_of(own_rows, surrogates.size());
    interleave(mean, group, own_rows, moments.mean);
    interleave(deviation, group, own_rows, moments.deviation);
    return moments;
}

}  // namespace

Moments predict_pool(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, const LabelledSet& labelled, int members, bool folded_window,
                     parallel::Place place, const GroupRanks& group_ranks, Work& work, const Communicator& ranks)
{
    const auto group = member_group(shard.share, surrogates, group_ranks.ranks);
    const auto moments = group_ranks.most == 1 ? predict_alone(shard, scaling, surrogates, group.own_columns(), labelled, members, folded_window, place, ranks)
                                            : predict_in_group(shard, scaling, surrogates, group, group_ranks.exchange.get(), labelled, members, folded_window, place, ranks);
    log::end_progress();
    parallel::stop_if_asked(ranks);
    const auto rows = static_cast<double>(group.rows.rows());
    work.bytes += rows * static_cast<double>(shard.info.row_bytes());
    for (const auto column : group.own_columns()) work.flops += rows * surrogates[column].flops_per_row;
    return moments;
}

}  // namespace sluice::fusion
