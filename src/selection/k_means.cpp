#include "selection/k_means.hpp"

#include "base/signals.hpp"
#include "parallel/fixed_point.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/drawn_rows.hpp"
#include "selection/squared_distance.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace sluice::selection {

namespace {

/// For each tile: visit(part, own row, features) of its unlabelled rows, on several threads, then finish(part), one tile at a time. Tiles finish in any order.
template <typename Part, typename Visit, typename Finish>
void for_each_unlabelled(const char* label, const SelectionInput& input, const Part& empty, const Visit& visit, const Finish& finish)
{
    const Tiling tiling = input.shard.info.tiling();
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    std::mutex guard;
    together(input.ranks, [&] {
        parallel::for_each_tile(label, input.shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            thread_local std::vector<float> x;
            const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
            x.resize(static_cast<std::size_t>(rows) * columns);
            pool::decode(input.shard, input.scaling, first, rows, x.data());
            Part part = empty;
            for (RowId i = 0; i < rows; ++i) {
                if (input.state[input.local(first + i)] == pool::RowState::unlabelled) visit(part, input.local(first + i), x.data() + static_cast<std::size_t>(i) * columns);
            }
            const std::lock_guard lock(guard);
            finish(part);
        });
    });
    parallel::stop_if_asked(input.ranks);
}

double largest_feature(const SelectionInput& input)
{
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    double largest = 0;
    for_each_unlabelled(
        "selection/largest", input, 0.0,
        [&](double& of_tile, std::size_t, const float* x) {
            for (std::size_t c = 0; c < columns; ++c) of_tile = std::max(of_tile, std::abs(static_cast<double>(x[c])));
        },
        [&](double of_tile) { largest = std::max(largest, of_tile); });
    largest = input.ranks.largest(largest);
    return largest > 0 ? largest : 1;
}

/// Which centroid every own row belongs to, and the sums of their rows.
class Clusters {
public:
    Clusters(const SelectionInput& input, std::vector<float> centroids)
        : input_(input),
          columns_(static_cast<std::size_t>(input.shard.info.columns)),
          fixed_(largest_feature(input), input.shard.info.rows),
          centroids_(std::move(centroids)),
          nearest_(input.state.size(), UINT32_MAX)
    {
    }

    std::size_t count() const { return centroids_.size() / columns_; }

    /// Assigns every row to its nearest centroid. \return  whether any row of any rank has changed
    bool assign()
    {
        sums_.assign(count() * (columns_ + 1), 0);
        std::int64_t changed = 0;
        for_each_unlabelled(
            "selection/assign", input_, Part{sums_, 0},
            [&](Part& part, std::size_t local, const float* x) {
                std::uint32_t nearest = 0;
                float least = INFINITY;
                for (std::size_t k = 0; k < count(); ++k) {
                    const float distance = squared_distance(x, centroids_.data() + k * columns_, columns_);
                    if (distance < least) least = distance, nearest = static_cast<std::uint32_t>(k);
                }
                if (nearest_[local] != nearest) ++part.changed;
                nearest_[local] = nearest;
                std::int64_t* sum = part.sums.data() + nearest * (columns_ + 1);
                for (std::size_t c = 0; c < columns_; ++c) sum[c] += fixed_.whole(static_cast<double>(x[c]));
                ++sum[columns_];
            },
            [&](const Part& part) {
                for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += part.sums[i];
                changed += part.changed;
            });
        input_.work.flops += 3.0 * static_cast<double>(input_.state.size() * count() * columns_);
        input_.ranks.sum(sums_);
        return input_.ranks.sum(changed) > 0;
    }

    void move_centroids()
    {
        for (std::size_t k = 0; k < count(); ++k) {
            const std::int64_t* sum = sums_.data() + k * (columns_ + 1);
            if (sum[columns_] == 0) continue;
            for (std::size_t c = 0; c < columns_; ++c) centroids_[k * columns_ + c] = static_cast<float>(fixed_.real(sum[c]) / static_cast<double>(sum[columns_]));
        }
    }

    const float* centroid(std::size_t k) const { return centroids_.data() + k * columns_; }

private:
    /// Of one tile.
    struct Part {
        std::vector<std::int64_t> sums;
        std::int64_t changed = 0;
    };

    const SelectionInput& input_;
    std::size_t columns_;
    parallel::FixedPoint fixed_;
    std::vector<float> centroids_;          ///< [count, columns]
    std::vector<std::uint32_t> nearest_;    ///< [own rows]
    std::vector<std::int64_t> sums_;        ///< [count, columns + 1] of all ranks once assigned; the last is the number of rows
};

/// The row nearest to each of some centroids, over all ranks, leaving out rows that are taken.
std::vector<RowId> nearest_rows(const SelectionInput& input, const Clusters& clusters, const std::vector<std::size_t>& wanted, const std::vector<RowId>& taken)
{
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    std::vector<Ranked> best(wanted.size(), Ranked::none());
    for_each_unlabelled(
        "selection/representatives", input, best,
        [&](std::vector<Ranked>& part, std::size_t local, const float* x) {
            const RowId row = input.shard.share.first_row + static_cast<RowId>(local);
            if (std::find(taken.begin(), taken.end(), row) != taken.end()) return;
            for (std::size_t w = 0; w < wanted.size(); ++w) {
                part[w] = std::min(part[w], Ranked{-static_cast<double>(squared_distance(x, clusters.centroid(wanted[w]), columns)), row});
            }
        },
        [&](const std::vector<Ranked>& part) {
            for (std::size_t w = 0; w < wanted.size(); ++w) best[w] = std::min(best[w], part[w]);
        });
    std::vector<RowId> rows;
    for (const auto& own : best) rows.push_back(input.ranks.first(own).row);
    return rows;
}

}  // namespace

std::vector<RowId> k_means_representatives(const SelectionInput& input, std::int64_t passes)
{
    const auto starts = pool::drawn_rows(input.state, input.shard.share, input.count, input.seed, Purpose::density_sample, input.iteration, input.ranks);
    if (starts.empty()) return {};
    Clusters clusters(input, pool::gather_rows(input.shard, input.scaling, starts, input.ranks));
    for (std::int64_t pass = 0; pass < passes && clusters.assign(); ++pass) clusters.move_centroids();

    std::vector<std::size_t> all;
    for (std::size_t k = 0; k < clusters.count(); ++k) all.push_back(k);
    const auto nearest = nearest_rows(input, clusters, all, {});
    std::vector<RowId> batch;
    for (std::size_t k = 0; k < clusters.count(); ++k) {
        const bool is_taken = std::find(batch.begin(), batch.end(), nearest[k]) != batch.end();
        batch.push_back(is_taken ? nearest_rows(input, clusters, {k}, batch).front() : nearest[k]);
    }
    return batch;
}

namespace {

const SelectionRegistration registration{
    "k-means",
    "the rows nearest to the centroids of as many clusters, whatever their scores",
    {whole("passes", 100).at_least(1).at_most(1e6).help("over the pool, at most; it ends earlier when no row changes its cluster")},
    [](const Options& options) {
        return Selection{.choose = [passes = options.whole("passes")](const SelectionInput& input) { return k_means_representatives(input, passes); }, .uses_scores = false};
    }};

}  // namespace

}  // namespace sluice::selection
