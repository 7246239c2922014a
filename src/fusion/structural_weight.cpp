#include "fusion/structural_weight.hpp"

#include "fusion/clustering/clustering.hpp"
#include "fusion/statistics.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

constexpr RowId most_sampled = 4096, most_clustered = 1024;  ///< rows of the sample, and those of them that are clustered
constexpr std::size_t neighbours = 10;
constexpr Eigen::Index block = 512;  ///< of the sample, so that its distances to a tile stay small

/// The rows that stand for the pool, the same on every rank.
struct Sample {
    std::vector<RowId> rows;           ///< ascending
    std::vector<float> x;              ///< [rows, columns]
    Eigen::VectorXf squares;           ///< of their lengths
    Matrix centres;                    ///< [clusters, columns]
    std::vector<double> radius;        ///< per cluster: 90 % quantile of the distances to its centre
    std::vector<float> sorted_spread;  ///< of all its rows, ascending
};

std::vector<RowId> evenly_spaced(RowId rows, RowId most)
{
    const RowId count = std::min(rows, most);
    std::vector<RowId> chosen;
    for (RowId i = 0; i < count; ++i) chosen.push_back(i * rows / count);
    return chosen;
}

/// Mean distance of each of some rows to its 10 nearest of the sample, itself left out.
/// \param first  global number of the first of these rows, which follow one another; below 0: they are the sample
void measure_spread(const View& x, const Sample& sample, RowId first, float* spread)
{
    const auto count = static_cast<Eigen::Index>(sample.rows.size());
    const View all(sample.x.data(), count, x.cols());
    std::vector<float> nearest(static_cast<std::size_t>(x.rows()) * neighbours, INFINITY);  // per row a heap of squared distances, the largest first
    for (Eigen::Index begin = 0; begin < count; begin += block) {
        const auto width = std::min(block, count - begin);
        const Matrix product = x * all.middleRows(begin, width).transpose();
        for (Eigen::Index i = 0; i < x.rows(); ++i) {
            const float own = x.row(i).squaredNorm();
            auto* heap = nearest.data() + static_cast<std::size_t>(i) * neighbours;
            for (Eigen::Index j = 0; j < width; ++j) {
                const bool itself = first < 0 ? begin + j == i : sample.rows[static_cast<std::size_t>(begin + j)] == first + i;
                const float squared = own + sample.squares[begin + j] - 2 * product(i, j);
                if (itself || !(squared < heap[0])) continue;
                std::pop_heap(heap, heap + neighbours);
                heap[neighbours - 1] = squared;
                std::push_heap(heap, heap + neighbours);
            }
        }
    }
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        auto* heap = nearest.data() + static_cast<std::size_t>(i) * neighbours;
        std::sort(heap, heap + neighbours);
        float sum = 0, found = 0;
        for (std::size_t k = 0; k < neighbours && std::isfinite(heap[k]); ++k) sum += std::sqrt(std::max(heap[k], 0.0F)), found += 1;
        spread[i] = found > 0 ? sum / found : 0;
    }
}

/// \param points  the rows of the sample that were clustered
void find_clusters(Sample& sample, const Clustering& clustering, const Points& points)
{
    const auto columns = points.columns;
    sample.centres = Matrix::Zero(clustering.clusters, columns);
    std::vector<double> count(static_cast<std::size_t>(clustering.clusters), 0.0);
    const View x(points.values.data(), points.rows(), columns);
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

Sample sample_of(const pool::Shard& shard, const pool::Scaling& scaling, int batch, const ClusteringKey& key, const Communicator& ranks)
{
    const auto columns = shard.info.columns;
    Sample sample{.rows = evenly_spaced(shard.info.rows, most_sampled), .x = {}, .squares = {}, .centres = {}, .radius = {}, .sorted_spread = {}};
    sample.x = pool::gather_rows(shard, scaling, sample.rows, ranks);
    const auto count = static_cast<Eigen::Index>(sample.rows.size());
    const View x(sample.x.data(), count, columns);
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

float weight_of(const Eigen::Ref<const Eigen::RowVectorXf>& x, const Sample& sample, float spread)
{
    constexpr double most_lowered = 0.3;
    double first = INFINITY, second = INFINITY, radius = 0;
    for (Eigen::Index c = 0; c < sample.centres.rows(); ++c) {
        const auto distance = static_cast<double>((x - sample.centres.row(c)).norm());
        if (distance < first) second = first, first = distance, radius = sample.radius[static_cast<std::size_t>(c)];
        else second = std::min(second, distance);
    }
    const double boundary = std::isfinite(second) && second > 0 ? first / second : 0;
    const double reach = std::isfinite(first) && radius > 0 ? std::min(1.0, first / radius) : 0;
    const auto denser = std::lower_bound(sample.sorted_spread.begin(), sample.sorted_spread.end(), spread) - sample.sorted_spread.begin();
    const double sparsity = static_cast<double>(denser) / static_cast<double>(sample.sorted_spread.size());
    return static_cast<float>(1 - most_lowered * (1 - boundary) * (1 - reach) * (1 - sparsity));
}

}  // namespace

std::vector<float> structural_weights(const pool::Shard& shard, const pool::Scaling& scaling, int batch, const ClusteringKey& key, const Communicator& ranks)
{
    const auto sample = sample_of(shard, scaling, batch, key, ranks);
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), tile_rows = static_cast<std::size_t>(tiling.tile_rows);
    std::vector<float> weights(static_cast<std::size_t>(shard.share.rows()));
    together(ranks, [&] {
        parallel::for_each_tile("fusion/structural_weight", shard.share, [&](RowId tile) {
            thread_local parallel::AlignedFloats buffer;
            float* features = buffer.room_for(tile_rows * columns);
            const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
            pool::decode(shard, scaling, first, rows, features);
            std::fill(features + static_cast<std::size_t>(rows) * columns, features + tile_rows * columns, 0.0F);  // the shape of a product decides its rounding
            const View x(features, static_cast<Eigen::Index>(tile_rows), static_cast<Eigen::Index>(columns));
            std::vector<float> spread(tile_rows);
            measure_spread(x, sample, first, spread.data());
            for (RowId i = 0; i < rows; ++i) weights[static_cast<std::size_t>(first + i - shard.share.first_row)] = weight_of(x.row(i), sample, spread[static_cast<std::size_t>(i)]);
        });
    });
    return weights;
}

}  // namespace sluice::fusion
