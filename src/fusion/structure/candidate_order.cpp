#include "fusion/structure/candidate_order.hpp"

#include "fusion/structure/leading_components.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/standardise.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <numeric>

namespace sluice::fusion {

namespace {

/// Sum of products of a row with a direction. Eight running sums that the compiler keeps in vector registers, added up in a fixed order.
double product(const float* row, const std::vector<double>& direction)
{
    constexpr std::size_t lanes = 8;
    const std::size_t columns = direction.size();
    std::array<double, lanes> sum{};
    std::size_t c = 0;
    for (; c + lanes <= columns; c += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) sum[l] += static_cast<double>(row[c + l]) * direction[c + l];
    }
    for (std::size_t l = 0; c + l < columns; ++l) sum[l] += static_cast<double>(row[c + l]) * direction[c + l];
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
        for (std::size_t l = 0; l < half; ++l) sum[l] += sum[l + half];
    }
    return sum[0];
}

std::array<std::vector<double>, 2> scores(const pool::Shard& shard, const Communicator& ranks)
{
    const auto standardising = pool::standardising(pool::column_statistics(shard, ranks));
    const auto direction = leading_components(shard, standardising, ranks);
    const Tiling tiling = shard.info.tiling();
    std::array<std::vector<double>, 2> score;
    together(ranks, [&] {
        for (auto& s : score) s.resize(static_cast<std::size_t>(shard.share.rows()));
        parallel::for_each_tile("fusion/component_scores", shard.share, [&](RowId tile) {
            thread_local parallel::AlignedFloats buffer;
            float* features = buffer.room_for(static_cast<std::size_t>(tiling.tile_rows * shard.info.columns));
            const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
            pool::decode(shard, standardising, first, rows, features);
            for (RowId i = 0; i < rows; ++i) {
                const auto own = static_cast<std::size_t>(first + i - shard.share.first_row);
                for (std::size_t k = 0; k < 2; ++k) score[k][own] = product(features + i * shard.info.columns, direction[k]);
            }
        });
    });
    return score;
}

/// Place of each own row in the ascending order of all ranks' scores. Every rank sorts its own; equal scores of lower ranks are of lower rows.
std::vector<RowId> positions(const std::vector<double>& score, const Communicator& ranks)
{
    const auto rows = score.size();
    std::vector<std::size_t> order(rows);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
    std::vector<double> sorted;
    sorted.reserve(rows);
    for (const auto i : order) sorted.push_back(score[i]);

    const auto mine = static_cast<std::int64_t>(rows);
    const auto counts = ranks.gather(std::span(&mine, 1));
    const auto all = ranks.gather(std::span<const double>(sorted));
    std::vector<RowId> position(rows);
    for (std::size_t i = 0; i < rows; ++i) position[order[i]] = static_cast<RowId>(i);
    auto begin = all.begin();
    for (int rank = 0; rank < ranks.size(); ++rank) {
        const auto end = begin + counts[static_cast<std::size_t>(rank)];
        auto next = begin;
        for (std::size_t i = 0; i < rows && rank != ranks.rank(); ++i) {
            while (next != end && (rank < ranks.rank() ? *next <= sorted[i] : *next < sorted[i])) ++next;
            position[order[i]] += next - begin;
        }
        begin = end;
    }
    return position;
}

}  // namespace

CandidateOrder candidate_order(const pool::Shard& shard, const Communicator& ranks)
{
    return candidate_order(shard.share, scores(shard, ranks), ranks);
}

CandidateOrder candidate_order(const Share& share, std::array<std::vector<double>, 2> score, const Communicator& ranks)
{
    CandidateOrder order{.share = share, .score = std::move(score)};
    for (std::size_t k = 0; k < 2; ++k) {
        order.position[k] = positions(order.score[k], ranks);
        constexpr double infinity = std::numeric_limits<double>::infinity();
        double smallest = infinity, largest = -infinity;
        for (const double s : order.score[k]) {
            smallest = std::min(smallest, s);
            largest = std::max(largest, s);
        }
        order.smallest[k] = ranks.smallest(smallest);
        order.largest[k] = ranks.largest(largest);
    }
    return order;
}

CandidatePlaces candidate_places(const CandidateOrder& order, std::span<const RowId> removed, const Communicator& ranks)
{
    const auto own_begin = std::lower_bound(removed.begin(), removed.end(), order.share.first_row);
    const auto own_end = std::lower_bound(own_begin, removed.end(), order.share.end_row);
    CandidatePlaces result;
    result.candidates = ranks.sum(order.share.rows()) - static_cast<RowId>(removed.size());
    for (std::size_t k = 0; k < 2; ++k) {
        std::vector<RowId> own;
        for (auto row = own_begin; row != own_end; ++row) own.push_back(order.position[k][static_cast<std::size_t>(*row - order.share.first_row)]);
        auto gaps = ranks.gather(std::span<const RowId>(own));
        std::sort(gaps.begin(), gaps.end());
        const auto& position = order.position[k];
        auto& place = result.place[k];
        place.resize(position.size());
        Kokkos::parallel_for("fusion/candidate_places", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, order.share.rows()), [&](RowId i) {
            const auto p = position[static_cast<std::size_t>(i)];
            const auto gap = std::lower_bound(gaps.begin(), gaps.end(), p);
            place[static_cast<std::size_t>(i)] = gap != gaps.end() && *gap == p ? CandidatePlaces::none : p - (gap - gaps.begin());
        });
    }
    return result;
}

}  // namespace sluice::fusion
