#pragma once

#include "base/signals.hpp"
#include "models/mixture_density/ensemble.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/shard.hpp"

#include <algorithm>

namespace sluice::two_index {

/// Predicts this rank's rows of the pool, some hundreds at a time, and calls visit(own row, heads, row in heads) for each while they are in cache.
/// A row is visited once, rows by several threads; nothing is kept.
template <typename Visit>
void visit_pool(const pool::Shard& shard, const models::mixture_density::Ensemble& ensemble, bool with_embedding, const Visit& visit)
{
    using models::mixture_density::Heads;
    const auto tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns);
    const auto as_stored = pool::Scaling::identity(shard.info.columns);
    parallel::for_each_tile("two_index/predict", shard.share, [&](RowId tile) {
        thread_local parallel::AlignedFloats buffer;
        thread_local Heads heads;
        float* features = buffer.room_for(static_cast<std::size_t>(Heads::rows) * columns);
        const RowId end = tiling.first_row(tile) + tiling.rows_in(tile);
        for (RowId first = tiling.first_row(tile); first < end && !stop_requested(); first += Heads::rows) {
            const RowId rows = std::min<RowId>(Heads::rows, end - first);
            pool::decode(shard, as_stored, first, rows, features);
            std::fill(features + static_cast<std::size_t>(rows) * columns, features + static_cast<std::size_t>(Heads::rows) * columns, 0.0F);
            ensemble.predict(features, with_embedding, heads);
            for (RowId i = 0; i < rows; ++i) visit(first + i - shard.share.first_row, heads, i);
        }
    });
}

/// The same for points in memory [rows, columns], raw, one after the other: visit(point, heads, row in heads).
template <typename Visit>
void visit_points(const std::vector<float>& points, const models::mixture_density::Ensemble& ensemble, bool with_embedding, const Visit& visit)
{
    using models::mixture_density::Heads;
    const auto columns = ensemble.shape.columns;
    const auto rows = static_cast<std::int64_t>(points.size()) / columns;
    std::vector<float> features(static_cast<std::size_t>(Heads::rows * columns));
    Heads heads;
    for (std::int64_t first = 0; first < rows; first += Heads::rows) {
        const auto count = std::min(Heads::rows, rows - first);
        std::fill(features.begin(), features.end(), 0.0F);
        std::copy_n(points.begin() + first * columns, count * columns, features.begin());
        ensemble.predict(features.data(), with_embedding, heads);
        for (std::int64_t i = 0; i < count; ++i) visit(first + i, heads, i);
    }
}

}  // namespace sluice::two_index
