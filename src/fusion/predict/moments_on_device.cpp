#include "fusion/predict/moments_on_device.hpp"

#include "fusion/predict/row_moments.hpp"
#include "pool/visit_on_device.hpp"

namespace sluice::fusion {

namespace {

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
    const RowId group_rows = pool::rows_of_group(shard.info);
    const auto width = columns.size(), rows = static_cast<std::size_t>(shard.share.rows());
    std::vector<models::Predict> predict;
    std::vector<Folding> foldings;
    for (const auto c : columns) {
        const auto& s = surrogates[c];
        const auto& target = labelled.targets[s.target];
        predict.push_back(s.made.predictor(s.members, labelled.training[s.target], parallel::Place::device));
        foldings.push_back({target.has_window && folded_window, target.centre, target.typical});
    }
    const Kokkos::View<float***, Kokkos::LayoutRight, parallel::DeviceMemory> said("fusion/members", static_cast<std::size_t>(group_rows), static_cast<std::size_t>(members), 1);
    const DeviceMoments moments{parallel::DeviceArray<float>("fusion/mean", rows * width), parallel::DeviceArray<float>("fusion/deviation", rows * width)};
    pool::visit_on_device("predict", shard, scaling, [&](const pool::DeviceGroup& group, const float* x) {
        for (std::size_t c = 0; c < width; ++c) {
            predict[c](x, group_rows, said.data());
            store_moments(said, group.before, group.rows, foldings[c], moments, static_cast<std::size_t>(group.own_row) * width + c, width);
        }
    });
    return moments;
}

}  // namespace sluice::fusion
