#include "selection/farthest.hpp"

#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "selection/squared_distance.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

namespace sluice::selection {

namespace {

constexpr double removed = -1;
constexpr RowId block_rows = 64;

/// Raises an atomic to at least `value`.
void raise(std::atomic<double>& target, double value)
{
    double current = target.load();
    while (current < value && !target.compare_exchange_weak(current, value)) {
    }
}

}  // namespace

Farthest::Farthest(const pool::Shard& shard, const pool::Scaling& scaling, std::vector<double> weight, std::span<const float> outputs, std::size_t width)
    : shard_(shard),
      scaling_(scaling),
      stored_as_used_(shard.info.type == pool::FeatureType::float32 && scaling.is_identity() && !shard.stream),
      weight_(std::move(weight)),
      rows_(static_cast<std::size_t>(shard.share.rows()), Row{INFINITY, 0}),
      blocks_per_tile_(static_cast<std::size_t>((shard.info.tile_rows + block_rows - 1) / block_rows)),
      block_bound_(static_cast<std::size_t>(shard.share.tiles()) * blocks_per_tile_, INFINITY),
      outputs_(outputs),
      width_(width)
{
}

std::size_t Farthest::first_block(RowId tile) const
{
    return static_cast<std::size_t>(tile - shard_.share.first_tile) * blocks_per_tile_;
}

void Farthest::add_centres(std::span<const float> centres, std::span<const float> outputs)
{
    centres_.insert(centres_.end(), centres.begin(), centres.end());
    centre_outputs_.insert(centre_outputs_.end(), outputs.begin(), outputs.end());
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

/// Brings a row up to date with the centres, as long as it can still win.
double Farthest::compare(std::size_t local, const float* x, double floor, Work& work)
{
    const auto columns = static_cast<std::size_t>(shard_.info.columns);
    const auto centres = static_cast<std::uint32_t>(centres_.size() / columns);
    auto& row = rows_[local];
    if (row.compared < centres) work.bytes += static_cast<double>(shard_.info.row_bytes());
    double current = value(local);
    while (current >= floor && row.compared < centres) {
        float distance = squared_distance(x, centres_.data() + row.compared * columns, columns);
        if (width_ > 0) distance *= squared_distance(outputs_.data() + local * width_, centre_outputs_.data() + row.compared * width_, width_);
        row.bound = std::min(row.bound, distance);
        ++row.compared;
        work.flops += 3.0 * static_cast<double>(columns + width_);
        current = value(local);
    }
    return current;
}

/// Scaled features of an own row, in place where they are stored so.
const float* Farthest::as_used(RowId row, std::vector<float>& decoded) const
{
    if (stored_as_used_) return shard_.floats().data() + (row - shard_.share.first_row) * shard_.info.columns;
    decoded.resize(static_cast<std::size_t>(shard_.info.columns));
    pool::decode(shard_, scaling_, row, 1, decoded.data());
    return decoded.data();
}

void Farthest::prefetch(RowId row) const
{
    if (shard_.stream) return;
    constexpr std::size_t line = 64;
    const std::byte* stored = shard_.features.get() + static_cast<std::size_t>(row - shard_.share.first_row) * shard_.info.row_bytes();
    for (std::size_t at = 0; at < shard_.info.row_bytes(); at += line) __builtin_prefetch(stored + at);
}

/// The best of the rows of one block. `bound` becomes the largest value that any of its rows can have.
Ranked Farthest::search_block(RowId first, RowId end, double floor, double& bound, Work& work)
{
    const auto columns = static_cast<std::size_t>(shard_.info.columns);
    const auto centres = static_cast<std::uint32_t>(centres_.size() / columns);
    thread_local std::vector<float> decoded;

    std::array<RowId, block_rows> promising;
    std::size_t count = 0;
    bound = removed;
    for (RowId row = first; row < end; ++row) {
        const double current = value(static_cast<std::size_t>(row - shard_.share.first_row));
        if (current != removed && current >= floor) promising[count++] = row;
        else bound = std::max(bound, current);
    }
    Ranked best = Ranked::none();
    for (std::size_t i = 0; i < count; ++i) {
        // Promising rows lie apart: without the hint each would be waited for.
        if (i + 1 < count) prefetch(promising[i + 1]);
        const RowId row = promising[i];
        const auto local = static_cast<std::size_t>(row - shard_.share.first_row);
        const double current = rows_[local].compared < centres ? compare(local, as_used(row, decoded), floor, work) : value(local);
        bound = std::max(bound, current);
        if (rows_[local].compared == centres && Ranked{current, row} < best) {
            best = {current, row};
            floor = std::max(floor, current);
        }
    }
    return best;
}

Ranked Farthest::search_tile(RowId tile, double floor, Work& work)
{
    const Tiling tiling = shard_.info.tiling();
    const RowId begin = tiling.first_row(tile), end = begin + tiling.rows_in(tile);
    Ranked best = Ranked::none();
    auto* bound = block_bound_.data() + first_block(tile);
    for (RowId first = begin; first < end; first += block_rows, ++bound) {
        if (*bound < floor) continue;
        const Ranked found = search_block(first, std::min(first + block_rows, end), floor, *bound, work);
        if (found < best) best = found;
        floor = std::max(floor, found.value);
    }
    return best;
}

Ranked Farthest::find(Work& work)
{
    if (block_bound_.empty()) return Ranked::none();
    // The tile that promises most comes first, so that the floor is high when the others are looked at.
    const auto promising = std::max_element(block_bound_.begin(), block_bound_.end()) - block_bound_.begin();
    const RowId first_tile = shard_.share.first_tile + static_cast<RowId>(promising) / static_cast<RowId>(blocks_per_tile_);
    Ranked best = search_tile(first_tile, 0.0, work);

    const auto tiles = static_cast<std::size_t>(shard_.share.tiles());
    std::vector<Ranked> found(tiles, Ranked::none());
    std::vector<Work> done(tiles);
    std::atomic<double> floor{std::max(0.0, best.value)};
    parallel::for_each_tile("selection/farthest", shard_.share, [&](RowId tile) {
        const auto i = static_cast<std::size_t>(tile - shard_.share.first_tile);
        if (tile == first_tile || stop_requested()) return;
        found[i] = search_tile(tile, floor.load(), done[i]);
        raise(floor, found[i].value);
    });
    for (std::size_t i = 0; i < tiles; ++i) {
        if (found[i] < best) best = found[i];
        work.bytes += done[i].bytes;
        work.flops += done[i].flops;
    }
    return best;
}

std::vector<double> Farthest::distances(Work& work)
{
    std::vector<double> distance(rows_.size(), removed);
    std::vector<Work> done(static_cast<std::size_t>(shard_.share.tiles()));
    parallel::for_each_tile("selection/distances", shard_.share, [&](RowId tile) {
        if (stop_requested()) return;
        thread_local std::vector<float> decoded;
        const Tiling tiling = shard_.info.tiling();
        const RowId begin = tiling.first_row(tile), end = begin + tiling.rows_in(tile);
        for (RowId row = begin; row < end; ++row) {
            const auto local = static_cast<std::size_t>(row - shard_.share.first_row);
            if (static_cast<double>(rows_[local].bound) == removed) continue;
            compare(local, as_used(row, decoded), 0.0, done[static_cast<std::size_t>(tile - shard_.share.first_tile)]);
            distance[local] = static_cast<double>(rows_[local].bound);
        }
    });
    for (const auto& tile : done) {
        work.bytes += tile.bytes;
        work.flops += tile.flops;
    }
    return distance;
}

}  // namespace sluice::selection
