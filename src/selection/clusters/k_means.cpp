#include "selection/clusters/k_means.hpp"

#include "base/signals.hpp"
#include "parallel/first_of_each.hpp"
#include "parallel/fixed_point.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/drawn_rows.hpp"
#include "selection/clusters/nearest_centroids.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_set>

namespace sluice::selection {

namespace {

/// For each tile, on several threads: work(first own row of the tile, rows, features of all of them, guard). Locks `guard` to add up what it found, in any order.
template <typename Work>
void for_each_decoded(const char* label, const SelectionInput& input, const Work& work)
{
    const Tiling tiling = input.shard.info.tiling();
    std::mutex guard;
    together(input.ranks, [&] {
        parallel::for_each_tile(label, input.shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            thread_local std::vector<float> x;
            const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
            x.resize(static_cast<std::size_t>(rows * input.shard.info.columns));
            pool::decode(input.shard, input.scaling, first, rows, x.data());
            work(input.local(first), static_cast<std::size_t>(rows), x.data(), guard);
        });
    });
    parallel::stop_if_asked(input.ranks);
}

double largest_feature(const SelectionInput& input)
{
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    double largest = 0;
    for_each_decoded("selection/largest", input, [&](std::size_t local, std::size_t rows, const float* x, std::mutex& guard) {
        float of_tile = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            if (input.state[local + i] != pool::RowState::unlabelled) continue;
            for (std::size_t c = 0; c < columns; ++c) of_tile = std::max(of_tile, std::abs(x[i * columns + c]));
        }
        const std::lock_guard lock(guard);
        largest = std::max(largest, static_cast<double>(of_tile));
    });
    largest = input.ranks.largest(largest);
    return largest > 0 ? largest : 1;
}

/// Sums of the rows that belong to each centroid.
class Clusters {
public:
    Clusters(const SelectionInput& input, std::vector<float> centroids)
        : input_(input),
          columns_(static_cast<std::size_t>(input.shard.info.columns)),
          fixed_(largest_feature(input), input.shard.info.rows),
          nearest_(input.shard, input.scaling, std::move(centroids)),
          own_sums_(nearest_.count() * (columns_ + 1))
    {
    }

    /// Assigns every row to its nearest centroid. \return  whether any row of any rank has changed
    bool assign()
    {
        std::int64_t changed = 0;
        std::mutex guard;
        together(input_.ranks, [&] {
            parallel::for_each_tile("selection/assign", input_.shard.share, [&](RowId tile) {
                if (stop_requested()) return;
                thread_local std::vector<NearestCentroids::Change> changes;
                thread_local std::vector<std::int64_t> values;
                const auto computed = nearest_.assign(tile, input_.state, changes);
                values.resize(changes.size() * columns_);
                for (std::size_t i = 0; i < changes.size(); ++i) {
                    for (std::size_t c = 0; c < columns_; ++c) values[i * columns_ + c] = fixed_.whole(static_cast<double>(changes[i].features[c]));
                }
                const std::lock_guard lock(guard);
                for (std::size_t i = 0; i < changes.size(); ++i) {
                    if (changes[i].from != NearestCentroids::nobody) add(-1, values.data() + i * columns_, changes[i].from);
                    add(1, values.data() + i * columns_, changes[i].to);
                }
                changed += static_cast<std::int64_t>(changes.size());
                input_.work.flops += 3.0 * static_cast<double>(computed * columns_);
            });
        });
        parallel::stop_if_asked(input_.ranks);
        sums_ = own_sums_;
        input_.ranks.sum(sums_);
        return input_.ranks.sum(changed) > 0;
    }

    void move_centroids()
    {
        std::vector<float> centroids(nearest_.centroids().begin(), nearest_.centroids().end());
        for (std::size_t k = 0; k < nearest_.count(); ++k) {
            const std::int64_t* sum = sums_.data() + k * (columns_ + 1);
            if (sum[columns_] == 0) continue;
            for (std::size_t c = 0; c < columns_; ++c) centroids[k * columns_ + c] = static_cast<float>(fixed_.real(sum[c]) / static_cast<double>(sum[columns_]));
        }
        nearest_.move(std::move(centroids));
    }

    std::span<const float> centroids() const { return nearest_.centroids(); }

private:
    void add(std::int64_t sign, const std::int64_t* values, std::size_t centroid)
    {
        std::int64_t* sum = own_sums_.data() + centroid * (columns_ + 1);
        for (std::size_t c = 0; c < columns_; ++c) sum[c] += sign * values[c];
        sum[columns_] += sign;
    }

    const SelectionInput& input_;
    std::size_t columns_;
    parallel::FixedPoint fixed_;
    NearestCentroids nearest_;
    std::vector<std::int64_t> own_sums_, sums_;  ///< [count, columns + 1] of own rows, and of all ranks'; the last is the number of rows
};

/// The row nearest to each centroid, over all ranks, of those that are open. \param open  [own rows]
std::vector<RowId> nearest_rows(const SelectionInput& input, const CentroidPanels& panels, const std::vector<bool>& open)
{
    constexpr std::size_t width = CentroidPanels::width, most = CentroidPanels::most_rows;
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    std::vector<Ranked> best(panels.count(), Ranked::none());
    for_each_decoded("selection/representatives", input, [&](std::size_t local, std::size_t rows, const float* x, std::mutex& guard) {
        std::vector<std::size_t> candidates;
        for (std::size_t i = 0; i < rows; ++i) {
            if (open[local + i]) candidates.push_back(i);
        }
        std::vector<float> least(panels.panels() * width, INFINITY);
        std::vector<RowId> row(least.size(), Ranked::nobody);
        CentroidPanels::Distances squared;
        std::array<const float*, most> features;
        for (std::size_t first = 0; first < candidates.size(); first += most) {
            const auto some = std::span(candidates).subspan(first, std::min(most, candidates.size() - first));
            for (std::size_t i = 0; i < some.size(); ++i) features[i] = x + some[i] * columns;
            for (std::size_t panel = 0; panel < panels.panels(); ++panel) {
                panels.distances(std::span(features).first(some.size()), panel, squared);
                for (std::size_t i = 0; i < some.size(); ++i) {
                    const RowId own = input.shard.share.first_row + static_cast<RowId>(local + some[i]);
                    for (std::size_t k = panel * width, l = 0; l < width; ++k, ++l) {
                        if (squared[i][l] < least[k] || row[k] == Ranked::nobody) least[k] = squared[i][l], row[k] = own;
                    }
                }
            }
        }
        const std::lock_guard lock(guard);
        for (std::size_t k = 0; k < best.size(); ++k) best[k] = std::min(best[k], Ranked{-static_cast<double>(least[k]), row[k]});
        input.work.flops += 3.0 * static_cast<double>(candidates.size() * panels.count() * columns);
    });
    parallel::first_of_each(best, input.ranks);
    std::vector<RowId> chosen;
    for (const auto& of_all : best) chosen.push_back(of_all.row);
    return chosen;
}

/// For each centroid in turn the nearest row that none before it has taken.
std::vector<RowId> distinct_nearest_rows(const SelectionInput& input, std::span<const float> centroids)
{
    const auto columns = static_cast<std::size_t>(input.shard.info.columns);
    std::vector<bool> open;
    for (const auto state : input.state) open.push_back(state == pool::RowState::unlabelled);
    auto nearest = nearest_rows(input, CentroidPanels(centroids, columns), open);

    std::vector<RowId> batch;
    std::unordered_set<RowId> taken;
    for (std::size_t k = 0; k < nearest.size(); ++k) {
        if (taken.contains(nearest[k])) {  // then look again for all whose row is gone by now: what is found serves as long as it is free
            std::vector<std::size_t> wanting;
            std::vector<float> theirs;
            for (std::size_t later = k; later < nearest.size(); ++later) {
                if (!taken.contains(nearest[later])) continue;
                wanting.push_back(later);
                const auto centroid = centroids.subspan(later * columns, columns);
                theirs.insert(theirs.end(), centroid.begin(), centroid.end());
            }
            const auto next = nearest_rows(input, CentroidPanels(theirs, columns), open);
            for (std::size_t i = 0; i < wanting.size(); ++i) nearest[wanting[i]] = next[i];
        }
        batch.push_back(nearest[k]);
        taken.insert(nearest[k]);
        if (input.shard.share.owns(nearest[k])) open[input.local(nearest[k])] = false;
    }
    return batch;
}

}  // namespace

std::vector<RowId> k_means_representatives(const SelectionInput& input, std::int64_t passes)
{
    const auto starts = pool::drawn_rows(input.state, input.shard.share, input.count, input.seed, Purpose::density_sample, input.iteration, input.ranks);
    if (starts.empty()) return {};
    Clusters clusters(input, pool::gather_rows(input.shard, input.scaling, starts, input.ranks));
    for (std::int64_t pass = 0; pass < passes && clusters.assign(); ++pass) clusters.move_centroids();

    return distinct_nearest_rows(input, clusters.centroids());
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
