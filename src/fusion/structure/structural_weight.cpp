#include "fusion/structure/structural_weight.hpp"

#include "fusion/structure/geometric_weight.hpp"
#include "fusion/structure/pool_sample.hpp"
#include "fusion/structure/structural_weight_on_device.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

float weight_of(const Eigen::Ref<const Eigen::RowVectorXf>& x, const PoolSample& sample, float spread)
{
    double first = INFINITY, second = INFINITY, radius = 0;
    for (Eigen::Index c = 0; c < sample.centres.rows(); ++c) {
        const auto distance = static_cast<double>((x - sample.centres.row(c)).norm());
        if (distance < first) second = first, first = distance, radius = sample.radius[static_cast<std::size_t>(c)];
        else second = std::min(second, distance);
    }
    const auto denser = std::lower_bound(sample.sorted_spread.begin(), sample.sorted_spread.end(), spread) - sample.sorted_spread.begin();
    return geometric_weight(first, second, radius, static_cast<double>(denser) / static_cast<double>(sample.sorted_spread.size()));
}

std::vector<float> structural_weights_on_host(const pool::Shard& shard, const pool::Scaling& scaling, const PoolSample& sample)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), tile_rows = static_cast<std::size_t>(tiling.tile_rows);
    std::vector<float> weights(static_cast<std::size_t>(shard.share.rows()));
    parallel::for_each_tile("fusion/structural_weight", shard.share, [&](RowId tile) {
        thread_local parallel::AlignedFloats buffer;
        float* features = buffer.room_for(tile_rows * columns);
        const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        pool::decode(shard, scaling, first, rows, features);
        std::fill(features + static_cast<std::size_t>(rows) * columns, features + tile_rows * columns, 0.0F);  // the shape of a product decides its rounding
        const RowMatrixView x(features, static_cast<Eigen::Index>(tile_rows), static_cast<Eigen::Index>(columns));
        std::vector<float> spread(tile_rows);
        measure_spread(x, sample, first, spread.data());
        for (RowId i = 0; i < rows; ++i) weights[static_cast<std::size_t>(first + i - shard.share.first_row)] = weight_of(x.row(i), sample, spread[static_cast<std::size_t>(i)]);
    });
    return weights;
}

}  // namespace

std::vector<float> structural_weights(const pool::Shard& shard, const pool::Scaling& scaling, int batch, const ClusteringKey& key, parallel::Place place, const Communicator& ranks)
{
    const auto sample = pool_sample(shard, scaling, batch, key, ranks);
    std::vector<float> weights;
    together(ranks, [&] { weights = (place == parallel::Place::device ? structural_weights_on_device : structural_weights_on_host)(shard, scaling, sample); });
    return weights;
}

}  // namespace sluice::fusion
