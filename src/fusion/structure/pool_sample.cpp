#include "fusion/structure/pool_sample.hpp"

#include "fusion/clustering/clustering.hpp"
#include "fusion/statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr RowId most_sampled = 4096, most_clustered = 1024;  ///< rows of the sample, and those of them that are clustered
constexpr Eigen::Index block = 512;  ///< of the sample, so that its distances to a tile stay small

std::vector<RowId> evenly_spaced(RowId rows, RowId most)
{
    const RowId count = std::min(rows, most);
    std::vector<RowId> chosen;
    for (RowId i = 0; i < count; ++i) chosen.push_back(i * rows / count);
    return chosen;
}

/// \param points  the rows of the sample that were clustered
void find_clusters(PoolSample& sample, const Clustering& clustering, const Points& points)
{
    const auto columns = points.columns;
    sample.centres = RowMatrix::Zero(clustering.clusters, columns);
    std::vector<double> count(static_cast<std::size_t>(clustering.clusters), 0.0);
    const RowMatrixView x(points.values.data(), points.rows(), columns);
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        const auto label = clustering.label[static_cast<std::size_t>(i)];
        if (label < 0) continue;
        sample.centres.row(label) += x.row(i);
        count[static_cast<std::size_t>(label)] += 1;
    }
    std::vector<std::vector<double>> apart(count.size());
    for (std::size_t c = 0; c < count.size(); ++c) sample.centres.row(static_cast<Eigen::Index>(c)) /= static_cast<float>(count[c]);
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        const auto label = clustering.label[static_cast<std::size_t>(i)];
        if (label >= 0) apart[static_cast<std::size_t>(label)].push_back(static_cast<double>((x.row(i) - sample.centres.row(label)).norm()));
    }
    for (auto& distances : apart) sample.radius.push_back(quantile(std::move(distances), 0.9));
}

/// Squared distances, ascending, of the rows of the sample that are nearest to a row so far.
using Nearest = std::array<float, spread_neighbours>;

/// Takes some more rows of the sample into account. They are looked at some at a time, as rarely one of them is nearer than the farthest of the ten.
/// \param squared  [count] distances to rows of the sample, behind which infinities fill up the block
/// \param itself   which of them is the row itself; count: none
void keep_nearest(const float* squared, Eigen::Index count, Eigen::Index itself, Nearest& nearest)
{
    constexpr Eigen::Index lanes = 64;
    for (Eigen::Index first = 0; first < count; first += lanes) {
        int nearer = 0;
        for (Eigen::Index l = 0; l < lanes; ++l) nearer += squared[first + l] < nearest.back() ? 1 : 0;
        if (nearer == 0) continue;
        for (Eigen::Index j = first; j < std::min(first + lanes, count); ++j) {
            if (j == itself || !(squared[j] < nearest.back())) continue;
            auto place = nearest.size() - 1;
            for (; place > 0 && nearest[place - 1] > squared[j]; --place) nearest[place] = nearest[place - 1];
            nearest[place] = squared[j];
        }
    }
}

/// The mean of their square roots.
float mean_distance(const Nearest& nearest)
{
    float sum = 0, found = 0;
    for (std::size_t k = 0; k < nearest.size() && std::isfinite(nearest[k]); ++k) sum += std::sqrt(std::max(nearest[k], 0.0F)), found += 1;
    return found > 0 ? sum / found : 0;
}

}  // namespace

void measure_spread(const RowMatrixView& x, const PoolSample& sample, RowId first, float* spread)
{
    const auto count = static_cast<Eigen::Index>(sample.rows.size());
    const RowMatrixView all(sample.x.data(), count, x.cols());
    thread_local RowMatrix product;  // its memory is used again
    Nearest none;
    none.fill(INFINITY);
    std::vector<Nearest> nearest(static_cast<std::size_t>(x.rows()), none);
    for (Eigen::Index begin = 0; begin < count; begin += block) {
        const auto width = std::min(block, count - begin);
        product.noalias() = x * all.middleRows(begin, width).transpose();
        std::array<float, block> squared;
        squared.fill(INFINITY);
        for (Eigen::Index i = 0; i < x.rows(); ++i) {
            const float own = x.row(i).squaredNorm(), *with = product.row(i).data(), *squares = sample.squares.data() + begin;
            for (Eigen::Index j = 0; j < width; ++j) squared[static_cast<std::size_t>(j)] = own + squares[j] - 2 * with[j];
            const auto* rows = sample.rows.data() + begin;
            const auto itself = first < 0 ? i - begin : std::lower_bound(rows, rows + width, first + i) - rows;
            const bool is_there = first < 0 ? itself >= 0 && itself < width : itself < width && rows[itself] == first + i;
            keep_nearest(squared.data(), width, is_there ? itself : width, nearest[static_cast<std::size_t>(i)]);
        }
    }
    for (Eigen::Index i = 0; i < x.rows(); ++i) spread[i] = mean_distance(nearest[static_cast<std::size_t>(i)]);
}

PoolSample pool_sample(const pool::Shard& shard, const pool::Scaling& scaling, int batch, const ClusteringKey& key, const Communicator& ranks)
{
    const auto columns = shard.info.columns;
    PoolSample sample{.rows = evenly_spaced(shard.info.rows, most_sampled), .x = {}, .squares = {}, .centres = {}, .radius = {}, .sorted_spread = {}};
    sample.x = pool::gather_rows(shard, scaling, sample.rows, ranks);
    const auto count = static_cast<Eigen::Index>(sample.rows.size());
    const RowMatrixView x(sample.x.data(), count, columns);
    sample.squares = x.rowwise().squaredNorm();
    std::vector<float> clustered;
    for (const RowId i : evenly_spaced(count, most_clustered)) clustered.insert(clustered.end(), sample.x.begin() + i * columns, sample.x.begin() + (i + 1) * columns);

    // One rank for all: the ranks of a node would only be in each other's way.
    Clustering clustering;
    clustering.label.resize(clustered.size() / static_cast<std::size_t>(columns));
    sample.sorted_spread.resize(sample.rows.size());
    on_root(ranks, [&] {
        const ClusteringMethods methods{.k_means = true, .mixture = false, .hdbscan = true, .leiden = true};
        clustering = cluster({clustered, columns}, methods, batch, most_clustered, key);
        measure_spread(x, sample, -1, sample.sorted_spread.data());
        std::sort(sample.sorted_spread.begin(), sample.sorted_spread.end());
    });
    ranks.broadcast(std::span(clustering.label), 0);
    ranks.broadcast(std::span(&clustering.clusters, 1), 0);
    ranks.broadcast(std::span(sample.sorted_spread), 0);
    find_clusters(sample, clustering, {clustered, columns});
    return sample;
}

}  // namespace sluice::fusion
