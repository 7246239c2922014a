#include "two_index/scores_on_device.hpp"

#include "acquisition/mi_lb_on_device.hpp"
#include "pool/visit_on_device.hpp"

#include <algorithm>

namespace sluice::two_index {

namespace {

/// Of a group's rows, those predicted at a time: what their hidden layers and heads take stays within a bound.
RowId rows_at_a_time(RowId group_rows, const models::mixture_density::Ensemble& ensemble)
{
    constexpr RowId most_bytes = RowId{1} << 31;
    const RowId row_bytes = ensemble.members * (2 * ensemble.shape.width + ensemble.shape.outputs()) * static_cast<RowId>(sizeof(float));
    return std::clamp<RowId>(most_bytes / row_bytes, 1, group_rows);
}

}  // namespace

std::vector<double> log_delta_on_device(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble, std::span<const double> floors)
{
    const auto& shard = input.shard;
    const RowId group_rows = pool::rows_of_group(shard.info), block = rows_at_a_time(group_rows, ensemble);
    acquisition::MiLbOnDevice score(static_cast<int>(ensemble.members), static_cast<int>(ensemble.shape.components), floors);
    const parallel::DeviceArray<float> heads("two_index/heads", static_cast<std::size_t>(ensemble.members * block * ensemble.shape.outputs()));
    const parallel::DeviceArray<double> of_group("two_index/of_group", static_cast<std::size_t>(group_rows)), own("two_index/log_delta", static_cast<std::size_t>(shard.share.rows()));
    pool::visit_on_device("score", shard, pool::Scaling::identity(shard.info.columns), [&](const pool::DeviceGroup& group, const float* x) {
        for (RowId first = 0; first < group_rows; first += block) {
            const RowId rows = std::min(block, group_rows - first);
            ensemble.predict_on_device(x + first * shard.info.columns, rows, heads.data());
            score(heads.data(), rows, of_group.data() + first);
        }
        const auto part = [](const auto& of, RowId first, RowId count) { return Kokkos::subview(of, std::pair(first, first + count)); };
        Kokkos::deep_copy(Kokkos::DefaultExecutionSpace(), part(own, group.own_row, group.rows), part(of_group, group.before, group.rows));
    });
    std::vector<double> result(own.size());
    parallel::to_host(own, std::span(result));
    return result;
}

}  // namespace sluice::two_index
