#include "campaign/testing/sparse_regions.hpp"

#include "pool/scaled.hpp"
#include "selection/squared_distance.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::campaign {

namespace {

constexpr std::size_t neighbours = 10;

/// Squared distances from each test point to its nearest own rows, a heap with the largest in front: [test points, neighbours]. Infinite where there are fewer.
std::vector<float> own_nearest(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<pool::RowState>& state, const std::vector<float>& x, std::size_t points)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns);
    std::vector<float> nearest(points * neighbours, INFINITY), tile_x(static_cast<std::size_t>(tiling.tile_rows) * columns);
    for (RowId tile = shard.share.first_tile; tile < shard.share.end_tile; ++tile) {
        const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        pool::decode(shard, scaling, first, rows, tile_x.data());
        Kokkos::parallel_for("campaign/sparse_regions", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, points), [&](std::size_t i) {
            auto* heap = nearest.data() + i * neighbours;
            for (RowId row = 0; row < rows; ++row) {
                if (state[static_cast<std::size_t>(first + row - shard.share.first_row)] != pool::RowState::unlabelled) continue;
                const float distance = selection::squared_distance(x.data() + i * columns, tile_x.data() + static_cast<std::size_t>(row) * columns, columns);
                if (distance >= heap[0]) continue;
                std::pop_heap(heap, heap + neighbours);
                heap[neighbours - 1] = distance;
                std::push_heap(heap, heap + neighbours);
            }
        });
    }
    return nearest;
}

/// Of all ranks' distances the one of the last neighbour, or of the farthest row. \param all  [ranks, test points, neighbours]
float last_neighbour(const std::vector<float>& all, std::size_t points, std::size_t point)
{
    std::vector<float> distances;
    for (std::size_t at = point * neighbours; at < all.size(); at += points * neighbours) {
        for (std::size_t k = 0; k < neighbours; ++k) {
            if (std::isfinite(all[at + k])) distances.push_back(all[at + k]);
        }
    }
    std::sort(distances.begin(), distances.end());
    return distances.empty() ? INFINITY : distances[std::min(neighbours, distances.size()) - 1];
}

}  // namespace

std::vector<bool> sparse_test_rows(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<pool::RowState>& state, const problems::TestSet& test, double share,
                                   const Communicator& ranks)
{
    const auto points = static_cast<std::size_t>(test.rows);
    std::vector<float> own;
    together(ranks, [&] { own = own_nearest(shard, scaling, state, pool::scaled(test.x, scaling), points); });
    const auto all = ranks.gather(std::span<const float>(own));
    std::vector<float> distance;
    for (std::size_t i = 0; i < points; ++i) distance.push_back(last_neighbour(all, points, i));
    std::vector<std::size_t> order(points);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return distance[a] > distance[b]; });
    std::vector<bool> sparse(points, false);
    const auto wanted = static_cast<std::size_t>(std::ceil(share * static_cast<double>(points)));
    for (std::size_t i = 0; i < std::min(wanted, points); ++i) sparse[order[i]] = true;
    return sparse;
}

}  // namespace sluice::campaign
