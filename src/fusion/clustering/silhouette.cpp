#include "fusion/clustering/silhouette.hpp"

#include "fusion/clustering/distance.hpp"
#include "fusion/clustering/side_by_side.hpp"

#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t side = DistanceTile::side;

struct Partition {
    std::span<const std::int32_t> label;
    std::vector<std::int64_t> size;  ///< rows of each cluster
    std::int64_t first_cluster = 0;  ///< its clusters' place among those of all partitions
};

std::vector<Partition> partitions_of(std::span<const std::span<const std::int32_t>> labels)
{
    std::vector<Partition> partitions;
    std::int64_t clusters = 0;
    for (const auto& label : labels) {
        Partition p{label, {}, clusters};
        for (const auto c : label) {
            if (c >= static_cast<std::int64_t>(p.size.size())) p.size.resize(static_cast<std::size_t>(c) + 1);
            if (c >= 0) ++p.size[static_cast<std::size_t>(c)];
        }
        clusters += static_cast<std::int64_t>(p.size.size());
        partitions.push_back(std::move(p));
    }
    return partitions;
}

/// Sums of the distances from a block of rows to the rows of each cluster of each partition: [clusters, side].
void sum_distances(const Rows& rows, std::span<const Partition> partitions, std::int64_t first, std::int64_t count, double* sums)
{
    DistanceTile tile;
    tile.squared.fill(0);
    for (std::int64_t other = 0; other < rows.count; other += side) {
        const std::int64_t others = std::min(side, rows.count - other);
        tile.fill(rows, first, count, rows, other, others);
        for (auto& d : tile.squared) d = std::sqrt(d);
        for (const auto& p : partitions) {
            for (std::int64_t j = 0; j < others; ++j) {
                const std::int64_t cluster = p.label[static_cast<std::size_t>(other + j)];
                if (cluster < 0) continue;
                double* sum = sums + (p.first_cluster + cluster) * side;
                const float* distance = &tile.at(0, j);
                for (std::int64_t i = 0; i < side; ++i) sum[i] += static_cast<double>(distance[i]);
            }
        }
    }
}

/// \param sums  of one row, to each cluster, `side` apart
double silhouette_of(const Partition& p, std::int64_t own, const double* sums)
{
    const auto own_size = p.size[static_cast<std::size_t>(own)];
    if (own_size == 1) return 0;
    const double within = sums[(p.first_cluster + own) * side] / static_cast<double>(own_size - 1);
    double between = INFINITY;
    for (std::int64_t c = 0; c < static_cast<std::int64_t>(p.size.size()); ++c) {
        const auto size = p.size[static_cast<std::size_t>(c)];
        if (c != own && size > 0) between = std::min(between, sums[(p.first_cluster + c) * side] / static_cast<double>(size));
    }
    const double larger = std::max(within, between);
    return larger > 0 ? (between - within) / larger : 0;
}

}  // namespace

std::vector<double> mean_silhouettes(const Rows& rows, std::span<const std::span<const std::int32_t>> labels)
{
    const auto partitions = partitions_of(labels);
    const auto clusters = partitions.empty() ? 0 : partitions.back().first_cluster + static_cast<std::int64_t>(partitions.back().size.size());
    const std::int64_t blocks = blocks_of(rows.count);
    std::vector<double> block_sum(static_cast<std::size_t>(blocks) * partitions.size(), 0.0);
    side_by_side("fusion/silhouette", rows, blocks, [&](std::int64_t block) {
        const std::int64_t first = block * side, count = std::min(side, rows.count - first);
        std::vector<double> sums(static_cast<std::size_t>(clusters * side), 0.0);
        sum_distances(rows, partitions, first, count, sums.data());
        for (std::size_t p = 0; p < partitions.size(); ++p) {
            for (std::int64_t i = 0; i < count; ++i) {
                const auto own = partitions[p].label[static_cast<std::size_t>(first + i)];
                if (own >= 0) block_sum[static_cast<std::size_t>(block) * partitions.size() + p] += silhouette_of(partitions[p], own, sums.data() + i);
            }
        }
    });

    std::vector<double> means;
    for (std::size_t p = 0; p < partitions.size(); ++p) {
        std::int64_t clustered = 0, occupied = 0;
        for (const auto size : partitions[p].size) {
            clustered += size;
            occupied += size > 0 ? 1 : 0;
        }
        double sum = 0;
        for (std::int64_t block = 0; block < blocks; ++block) sum += block_sum[static_cast<std::size_t>(block) * partitions.size() + p];
        means.push_back(occupied < 2 ? -1.0 : sum / static_cast<double>(clustered));
    }
    return means;
}

}  // namespace sluice::fusion
