#include "fusion/clustering/competition.hpp"

#include "fusion/clustering/gaussian_mixture.hpp"
#include "fusion/clustering/hdbscan.hpp"
#include "fusion/clustering/k_means.hpp"
#include "fusion/clustering/labels.hpp"
#include "fusion/clustering/leiden.hpp"
#include "fusion/clustering/side_by_side.hpp"
#include "fusion/clustering/silhouette.hpp"
#include "fusion/clustering/vote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

namespace sluice::fusion {

namespace {

/// Part of the key of random numbers: not to be renumbered.
enum class Method : std::uint8_t { sample = 0, k_means = 1, mixture = 2, hdbscan = 3, leiden = 4 };

constexpr int k_means_starts = 10;

struct DensityGrid {
    int cluster_size;
    int samples;
};
constexpr std::array<DensityGrid, 3> hdbscan_grid{{{5, 3}, {10, 6}, {20, 12}}};

struct GraphGrid {
    int neighbours;
    double resolution;
};
constexpr std::array<GraphGrid, 3> leiden_grid{{{5, 0.5}, {10, 1.0}, {15, 1.5}}};

std::array<int, 4> cluster_counts(int batch)
{
    return {std::max(3, batch / 2), std::max(6, batch), std::max(9, batch * 3 / 2), std::max(12, batch * 2)};
}

/// One method with one set of parameters, and what it found.
struct Candidate {
    Method method;
    std::size_t setting;  ///< place in the method's grid
    int clusters = 0;     ///< k-means and mixture
    std::vector<KMeans> starts;
    std::optional<GaussianMixture> mixture;
    std::vector<std::int32_t> label = {};  ///< empty: it did not work out
};

/// The random numbers of one run of one method.
struct Draws {
    ClusteringKey key;
    std::uint32_t round;

    RandomStream stream(Method method, std::size_t setting, int start) const
    {
        const std::uint64_t index = std::uint64_t{key.call} << 48 | std::uint64_t{round} << 16 | std::uint64_t{static_cast<std::uint8_t>(method)} << 12 |
                                    std::uint64_t{setting} << 8 | static_cast<std::uint64_t>(start);
        return RandomStream(key.seed, Purpose::cluster_start, key.iteration, index);
    }
};

/// In the order in which ties are decided.
std::vector<Candidate> candidates_for(std::int64_t rows, const ClusteringMethods& methods, int batch)
{
    std::vector<Candidate> candidates;
    const auto counts = cluster_counts(batch);
    for (std::size_t s = 0; methods.k_means && s < counts.size(); ++s) {
        if (rows > counts[s]) candidates.push_back({Method::k_means, s, counts[s], std::vector<KMeans>(k_means_starts)});
    }
    for (std::size_t s = 0; methods.mixture && s < counts.size(); ++s) {
        if (rows > counts[s]) candidates.push_back({Method::mixture, s, counts[s]});
    }
    for (std::size_t s = 0; methods.hdbscan && s < hdbscan_grid.size(); ++s) {
        if (rows > hdbscan_grid[s].samples && rows >= hdbscan_grid[s].cluster_size) candidates.push_back({Method::hdbscan, s});
    }
    for (std::size_t s = 0; methods.leiden && s < leiden_grid.size(); ++s) {
        if (rows > leiden_grid[s].neighbours) candidates.push_back({Method::leiden, s});
    }
    return candidates;
}

std::string name_of(const Candidate& c)
{
    switch (c.method) {
        case Method::k_means: return fmt::format("k-means, {} clusters", c.clusters);
        case Method::mixture: return fmt::format("Gaussian mixture, {} components", c.clusters);
        case Method::hdbscan: return fmt::format("HDBSCAN, cluster size {}, samples {}", hdbscan_grid[c.setting].cluster_size, hdbscan_grid[c.setting].samples);
        default: return fmt::format("Leiden, neighbours {}, resolution {}", leiden_grid[c.setting].neighbours, leiden_grid[c.setting].resolution);
    }
}

Neighbours neighbours_for(const Rows& rows, const std::vector<Candidate>& candidates)
{
    std::int64_t k = 0;
    for (const auto& c : candidates) {
        if (c.method == Method::hdbscan) k = std::max<std::int64_t>(k, hdbscan_grid[c.setting].samples);
        if (c.method == Method::leiden) k = std::max<std::int64_t>(k, leiden_grid[c.setting].neighbours);
    }
    return nearest_others(rows, k);
}

/// Runs all candidates. A run is done by one thread; the long ones are begun first.
void run(const Rows& rows, std::vector<Candidate>& candidates, const Draws& draws)
{
    const auto neighbours = neighbours_for(rows, candidates);
    struct Run {
        std::size_t candidate;
        int start;
    };
    std::vector<Run> runs;
    for (std::size_t c = candidates.size(); c-- > 0;) {
        for (int start = 0; start < std::max<int>(1, static_cast<int>(candidates[c].starts.size())); ++start) runs.push_back({c, start});
    }
    side_by_side("fusion/cluster", rows, static_cast<std::int64_t>(runs.size()), [&](std::int64_t r) {
        const auto [index, start] = runs[static_cast<std::size_t>(r)];
        auto& c = candidates[index];
        const auto stream = draws.stream(c.method, c.setting, start);
        if (c.method == Method::k_means) {
            c.starts[static_cast<std::size_t>(start)] = k_means(rows, c.clusters, stream);
        } else if (c.method == Method::mixture) {
            c.mixture = gaussian_mixture(rows, k_means(rows, c.clusters, stream).label, c.clusters);
        } else if (c.method == Method::hdbscan) {
            c.label = hdbscan(rows, neighbours, hdbscan_grid[c.setting].cluster_size, hdbscan_grid[c.setting].samples);
        }
    });
    for (auto& c : candidates) {
        if (c.method == Method::k_means) {
            const auto least = std::min_element(c.starts.begin(), c.starts.end(), [](const KMeans& a, const KMeans& b) { return a.inertia < b.inertia; });
            c.starts = {KMeans(std::move(*least))};
            c.label = c.starts.front().label;
        } else if (c.method == Method::mixture && c.mixture) {
            c.label = c.mixture->label;
        } else if (c.method == Method::leiden) {  // igraph is used by one thread only
            const auto& grid = leiden_grid[c.setting];
            c.label = leiden(neighbours, grid.neighbours, grid.resolution, draws.stream(c.method, c.setting, 0)).label;
        }
    }
}

/// Scores the candidates and takes the best. \return nothing if none has two clusters
std::optional<Candidate> winner_of(const Rows& rows, std::vector<Candidate> candidates, double& silhouette)
{
    std::erase_if(candidates, [](const Candidate& c) { return c.label.empty(); });
    std::vector<std::span<const std::int32_t>> labels;
    for (const auto& c : candidates) labels.emplace_back(c.label);
    const auto scores = mean_silhouettes(rows, labels);
    const auto best = std::max_element(scores.begin(), scores.end());
    if (best == scores.end() || *best == -1) return std::nullopt;
    silhouette = *best;
    return std::move(candidates[static_cast<std::size_t>(best - scores.begin())]);
}

/// Some rows, ascending, drawn without replacement.
std::vector<std::int64_t> sample(std::int64_t rows, std::int64_t count, RandomStream random)
{
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto other = i + static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(rows - i)));
        std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(other)]);
    }
    order.resize(static_cast<std::size_t>(count));
    std::sort(order.begin(), order.end());
    return order;
}

/// The winner's labels for all rows; rows of the sample keep theirs.
std::vector<std::int32_t> extend(const Candidate& winner, const Rows& rows, const Rows& sampled, std::span<const std::int64_t> chosen)
{
    std::vector<std::int32_t> label;
    if (winner.method == Method::k_means) label = nearest_centroid(rows, winner.starts.front().centroids);
    else if (winner.method == Method::mixture) label = most_probable(*winner.mixture, rows);
    else label = vote_of_nearest(rows, sampled, winner.label);
    for (std::size_t s = 0; s < chosen.size(); ++s) label[static_cast<std::size_t>(chosen[s])] = winner.label[s];
    return label;
}

void drop_small_clusters(std::vector<std::int32_t>& label, std::int64_t smallest)
{
    std::vector<std::int64_t> size(label.size(), 0);
    for (const auto c : label) {
        if (c != noise) ++size[static_cast<std::size_t>(c)];
    }
    for (auto& c : label) {
        if (c != noise && size[static_cast<std::size_t>(c)] < smallest) c = noise;
    }
}

}  // namespace

Clustering compete(const Rows& rows, const ClusteringMethods& methods, std::int64_t most_scored, const ClusteringKey& key, const Round& round)
{
    const Draws draws{key, round.number};
    Clustering result{std::vector<std::int32_t>(static_cast<std::size_t>(rows.count), noise), 0, "none", -1};
    const bool on_sample = rows.count > most_scored;
    const auto chosen = on_sample ? sample(rows.count, most_scored, draws.stream(Method::sample, 0, 0)) : std::vector<std::int64_t>();
    const Rows sampled(rows, chosen);
    const Rows& scored = on_sample ? sampled : rows;
    if (all_equal(scored)) return result;
    auto candidates = candidates_for(scored.count, methods, round.batch);
    run(scored, candidates, draws);
    const auto winner = winner_of(scored, std::move(candidates), result.silhouette);
    if (!winner) return result;
    result.label = on_sample ? extend(*winner, rows, sampled, chosen) : winner->label;
    result.method = name_of(*winner);
    drop_small_clusters(result.label, round.smallest_cluster);
    result.clusters = number_by_first_row(result.label);
    return result;
}

}  // namespace sluice::fusion
