#include "selection/neighbourhoods.hpp"

#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/drawn_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::selection {

namespace {

/// Sixteen running sums, added up in a fixed order.
float product(const float* a, const float* b, std::size_t columns)
{
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> sum{};
    std::size_t c = 0;
    for (; c + lanes <= columns; c += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) sum[l] += a[c + l] * b[c + l];
    }
    for (std::size_t l = 0; c + l < columns; ++l) sum[l] += a[c + l] * b[c + l];
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) sum[l] += sum[l + width];
    }
    return sum[0];
}

void scale_to_unit_length(float* x, std::size_t columns)
{
    double square = 0;
    for (std::size_t c = 0; c < columns; ++c) square += static_cast<double>(x[c]) * static_cast<double>(x[c]);
    const double factor = square > 0 ? 1 / std::sqrt(square) : 0;
    for (std::size_t c = 0; c < columns; ++c) x[c] = static_cast<float>(static_cast<double>(x[c]) * factor);
}

}  // namespace

Neighbourhoods::Neighbourhoods(const SelectionInput& input, std::size_t neighbours, std::int64_t references)
    : input_(input), neighbours_(neighbours), rows_(pool::drawn_rows(input.state, input.shard.share, references, input.seed, Purpose::density_sample, input.iteration, input.ranks)), is_left_(rows_.size(), 1), nearest_(input.state.size()), mean_(input.state.size(), 0.0)
{
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    units_ = pool::gather_rows(input.shard, input.scaling, rows_, input.ranks);
    for (std::size_t r = 0; r < rows_.size(); ++r) scale_to_unit_length(units_.data() + r * columns, columns);
    const Tiling tiling = input.shard.info.tiling();
    together(input.ranks, [&] {
        parallel::for_each_tile("selection/neighbours", input.shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            thread_local std::vector<float> x;
            const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
            x.resize(static_cast<std::size_t>(rows) * columns);
            pool::decode(input.shard, input.scaling, first, rows, x.data());
            for (RowId i = 0; i < rows && !stop_requested(); ++i) {
                const auto local = input.local(first + i);
                if (input.state[local] != pool::RowState::unlabelled) continue;
                float* unit = x.data() + static_cast<std::size_t>(i) * columns;
                scale_to_unit_length(unit, columns);
                look_for_neighbours(local, unit);
            }
        });
    });
    input.work.flops += 2.0 * static_cast<double>(input.state.size() * rows_.size() * columns);
    parallel::stop_if_asked(input.ranks);
}

void Neighbourhoods::look_for_neighbours(std::size_t local, const float* unit)
{
    const auto columns = static_cast<std::size_t>(input_.shard.info.columns);
    const RowId self = input_.shard.share.first_row + static_cast<RowId>(local);
    auto& nearest = nearest_[local];
    nearest.clear();
    for (std::size_t r = 0; r < rows_.size(); ++r) {
        if (is_left_[r] == 0 || rows_[r] == self) continue;
        const float similarity = product(unit, units_.data() + r * columns, columns);
        if (nearest.size() == neighbours_ && !(similarity > nearest.back().similarity)) continue;
        const auto place = std::find_if(nearest.begin(), nearest.end(), [&](const Neighbour& other) { return similarity > other.similarity; });
        nearest.insert(place, {similarity, static_cast<std::uint32_t>(r)});
        if (nearest.size() > neighbours_) nearest.pop_back();
    }
    double sum = 0;
    for (const auto& neighbour : nearest) sum += static_cast<double>(neighbour.similarity);
    mean_[local] = nearest.empty() ? 0 : sum / static_cast<double>(nearest.size());
}

void Neighbourhoods::remove(RowId row)
{
    if (input_.shard.share.owns(row)) {
        nearest_[input_.local(row)].clear();
        mean_[input_.local(row)] = 0;
    }
    const auto found = std::lower_bound(rows_.begin(), rows_.end(), row);
    if (found == rows_.end() || *found != row) return;
    const auto reference = static_cast<std::uint32_t>(found - rows_.begin());
    is_left_[reference] = 0;

    const auto columns = static_cast<std::size_t>(input_.shard.info.columns);
    const Tiling tiling = input_.shard.info.tiling();
    parallel::for_each_tile("selection/neighbours", input_.shard.share, [&](RowId tile) {
        std::vector<float> x(columns);
        const RowId first = tiling.first_row(tile);
        for (RowId i = 0; i < tiling.rows_in(tile); ++i) {
            const auto local = input_.local(first + i);
            const auto& nearest = nearest_[local];
            if (std::none_of(nearest.begin(), nearest.end(), [&](const Neighbour& neighbour) { return neighbour.reference == reference; })) continue;
            pool::decode(input_.shard, input_.scaling, first + i, 1, x.data());
            scale_to_unit_length(x.data(), columns);
            look_for_neighbours(local, x.data());
        }
    });
}

}  // namespace sluice::selection
