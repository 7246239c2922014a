#include "fusion/fuse/combine_targets.hpp"

#include "fusion/fuse/hypervolume.hpp"
#include "fusion/fuse/pareto_front.hpp"
#include "parallel/for_each_tile.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr double distance_weight = 0.1, margin = 1e-6;
constexpr RowId block_rows = 16384;

template <std::size_t T>
struct Candidates {
    std::span<const double> scores;
    std::span<const std::uint8_t> is_candidate;
    Point<T> low, high;  ///< of all ranks' candidates

    RowId rows() const { return static_cast<RowId>(is_candidate.size()); }
    bool takes_part(RowId row) const { return is_candidate[static_cast<std::size_t>(row)] != 0; }
    double score(RowId row, std::size_t t) const { return scores[static_cast<std::size_t>(row) * T + t]; }
    double minimised(double score, std::size_t t) const { return -(score - low[t] + margin) / (high[t] - low[t] + 2 * margin); }

    Point<T> position(RowId row) const
    {
        Point<T> p;
        for (std::size_t t = 0; t < T; ++t) p[t] = minimised(score(row, t), t);
        return p;
    }

    Point<T> worst_corner() const
    {
        Point<T> corner;
        for (std::size_t t = 0; t < T; ++t) corner[t] = std::nextafter(static_cast<float>(minimised(low[t], t)), INFINITY);
        return corner;
    }
};

/// Calls work(first row, end row, block) for blocks of own rows, dealt to threads. Nothing here depends on how the rows are cut.
template <typename Work>
void for_each_block(const char* label, RowId rows, const Work& work)
{
    const Tiling blocks{rows, block_rows};
    parallel::for_each_tile(label, share_of(blocks, 0, 1), [&](RowId block) {
        const RowId first = blocks.first_row(block);
        work(first, first + blocks.rows_in(block), static_cast<std::size_t>(block));
    });
}

template <std::size_t T>
void find_extremes(Candidates<T>& candidates, const Communicator& ranks)
{
    const auto blocks = static_cast<std::size_t>(Tiling{candidates.rows(), block_rows}.tiles());
    candidates.low.fill(INFINITY);
    candidates.high.fill(-INFINITY);
    std::vector<Point<T>> low(blocks, candidates.low), high(blocks, candidates.high);
    for_each_block("fusion/extremes", candidates.rows(), [&](RowId first, RowId end, std::size_t block) {
        for (RowId row = first; row < end; ++row) {
            if (!candidates.takes_part(row)) continue;
            for (std::size_t t = 0; t < T; ++t) {
                low[block][t] = std::min(low[block][t], candidates.score(row, t));
                high[block][t] = std::max(high[block][t], candidates.score(row, t));
            }
        }
    });
    for (std::size_t t = 0; t < T; ++t) {
        for (std::size_t b = 0; b < blocks; ++b) {
            candidates.low[t] = std::min(candidates.low[t], low[b][t]);
            candidates.high[t] = std::max(candidates.high[t], high[b][t]);
        }
        candidates.low[t] = ranks.smallest(candidates.low[t]);
        candidates.high[t] = ranks.largest(candidates.high[t]);
    }
}

template <std::size_t T>
Points<T> join(const std::vector<Points<T>>& parts)
{
    Points<T> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// The front of all ranks' candidates: of blocks, of the rank, of all ranks.
template <std::size_t T>
Points<T> global_front(const Candidates<T>& candidates, const Communicator& ranks)
{
    Points<T> own;
    together(ranks, [&] {
        std::vector<Points<T>> fronts(static_cast<std::size_t>(Tiling{candidates.rows(), block_rows}.tiles()));
        for_each_block("fusion/front", candidates.rows(), [&](RowId first, RowId end, std::size_t block) {
            Points<T> points;
            for (RowId row = first; row < end; ++row) {
                if (candidates.takes_part(row)) points.push_back(candidates.position(row));
            }
            fronts[block] = pareto_front(std::move(points));
        });
        own = pareto_front(join(fronts));
    });
    return pareto_front(ranks.gather(std::span<const Point<T>>(own)));
}

template <std::size_t T>
std::vector<double> combine(std::span<const double> scores, std::span<const std::uint8_t> is_candidate, const Communicator& ranks)
{
    Candidates<T> candidates{scores, is_candidate, {}, {}};
    find_extremes(candidates, ranks);
    const auto front = global_front(candidates, ranks);
    std::vector<double> combined(is_candidate.size(), -INFINITY);
    if (front.empty()) return combined;
    const auto corner = candidates.worst_corner();
    const auto contribution = exclusive_contributions(front, corner);
    for_each_block("fusion/combine", candidates.rows(), [&](RowId first, RowId end, std::size_t) {
        for (RowId row = first; row < end; ++row) {
            if (!candidates.takes_part(row)) continue;
            const auto p = candidates.position(row);
            double squares = 0;
            for (std::size_t t = 0; t < T; ++t) squares += (p[t] - corner[t]) * (p[t] - corner[t]);
            const auto member = std::lower_bound(front.begin(), front.end(), p);
            const bool on_front = member != front.end() && *member == p;
            const double alone = on_front ? contribution[static_cast<std::size_t>(member - front.begin())] : 0.0;
            combined[static_cast<std::size_t>(row)] = alone + distance_weight * std::sqrt(squares);
        }
    });
    return combined;
}

}  // namespace

std::vector<double> combine_targets(std::span<const double> scores, std::size_t targets, std::span<const std::uint8_t> candidate, const Communicator& ranks)
{
    if (targets > 1) return with_targets(targets, [&](auto t) { return combine<t>(scores, candidate, ranks); });
    std::vector<double> combined(scores.begin(), scores.end());
    for (std::size_t i = 0; i < combined.size(); ++i) {
        if (candidate[i] == 0) combined[i] = -INFINITY;
    }
    return combined;
}

}  // namespace sluice::fusion
