#include "selection/farthest.hpp"

#include "pool/decode.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <numeric>

namespace sluice::selection {

namespace {

constexpr double removed = -1;

/// Squared Euclidean distance. Sixteen running sums that the compiler keeps in vector registers, added up in a fixed order.
float squared_distance(const float* a, const float* b, std::size_t columns)
{
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> sum{};
    std::size_t c = 0;
    for (; c + lanes <= columns; c += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            const float difference = a[c + l] - b[c + l];
            sum[l] += difference * difference;
        }
    }
    for (std::size_t l = 0; c + l < columns; ++l) {
        const float difference = a[c + l] - b[c + l];
        sum[l] += difference * difference;
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) sum[l] += sum[l + width];
    }
    return sum[0];
}

/// Raises an atomic to at least `value`.
void raise(std::atomic<double>& target, double value)
{
    double current = target.load();
    while (current < value && !target.compare_exchange_weak(current, value)) {
    }
}

}  // namespace

Farthest::Farthest(const pool::Shard& shard, const pool::Scaling& scaling, std::vector<double> weight)
    : shard_(shard),
      scaling_(scaling),
      stored_as_used_(shard.info.type == pool::FeatureType::float32 && scaling.is_identity()),
      weight_(std::move(weight)),
      rows_(static_cast<std::size_t>(shard.share.rows()), Row{INFINITY, 0}),
      tile_bound_(static_cast<std::size_t>(shard.share.tiles()), INFINITY)
{
}

void Farthest::add_centres(std::span<const float> centres)
{
    centres_.insert(centres_.end(), centres.begin(), centres.end());
}

void Farthest::remove(RowId own_row)
{
    rows_[static_cast<std::size_t>(own_row - shard_.share.first_row)].bound = removed;
}

double Farthest::value(std::size_t local) const
{
    const auto bound = static_cast<double>(rows_[local].bound);
    return weight_.empty() || bound == removed ? bound : bound * weight_[local];
}

Ranked Farthest::search_tile(RowId tile, double floor, Work& work)
{
    const Tiling tiling = shard_.info.tiling();
    const auto columns = static_cast<std::size_t>(shard_.info.columns);
    const auto centres = static_cast<std::uint32_t>(centres_.size() / columns);
    const RowId first = tiling.first_row(tile);
    thread_local std::vector<float> decoded;
    decoded.resize(columns);

    Ranked best = Ranked::none();
    double bound = removed;
    for (RowId row = first; row < first + tiling.rows_in(tile); ++row) {
        const auto local = static_cast<std::size_t>(row - shard_.share.first_row);
        auto& state = rows_[local];
        double current = value(local);
        if (state.bound == removed) continue;
        if (current >= floor && state.compared < centres) {
            const float* x = decoded.data();
            if (stored_as_used_) x = reinterpret_cast<const float*>(shard_.row(row));
            else pool::decode(shard_, scaling_, row, 1, decoded.data());
            work.bytes += static_cast<double>(shard_.info.row_bytes());
            do {
                state.bound = std::min(state.bound, squared_distance(x, centres_.data() + state.compared * columns, columns));
                ++state.compared;
                work.flops += 3.0 * static_cast<double>(columns);
                current = value(local);
            } while (current >= floor && state.compared < centres);
        }
        bound = std::max(bound, current);
        if (state.compared == centres && Ranked{current, row} < best) {
            best = {current, row};
            floor = std::max(floor, current);
        }
    }
    tile_bound_[static_cast<std::size_t>(tile - shard_.share.first_tile)] = bound;
    return best;
}

Ranked Farthest::find(Work& work)
{
    // Tiles that promise most come first, so that the floor rises at once and most of the others need no look.
    std::vector<std::size_t> order(tile_bound_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tile_bound_[a] > tile_bound_[b]; });

    std::vector<Ranked> found(order.size(), Ranked::none());
    std::vector<Work> done(order.size());
    std::atomic<double> floor{0.0};
    using Dynamic = Kokkos::Schedule<Kokkos::Dynamic>;
    Kokkos::parallel_for("selection/farthest", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Dynamic>(0, order.size()).set_chunk_size(1), [&](std::size_t i) {
        const std::size_t tile = order[i];
        if (tile_bound_[tile] < floor.load()) return;
        found[tile] = search_tile(shard_.share.first_tile + static_cast<RowId>(tile), floor.load(), done[tile]);
        raise(floor, found[tile].value);
    });
    Ranked best = Ranked::none();
    for (std::size_t tile = 0; tile < found.size(); ++tile) {
        if (found[tile] < best) best = found[tile];
        work.bytes += done[tile].bytes;
        work.flops += done[tile].flops;
    }
    return best;
}

}  // namespace sluice::selection
