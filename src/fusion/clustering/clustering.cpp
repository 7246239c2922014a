#include "fusion/clustering/clustering.hpp"

#include "fusion/clustering/labels.hpp"

#include <algorithm>

namespace sluice::fusion {

namespace {

constexpr std::int64_t smallest_cluster = 3;
constexpr std::int64_t smallest_refined = 50;

std::vector<std::vector<std::int64_t>> rows_of_clusters(const Clustering& clustering)
{
    std::vector<std::vector<std::int64_t>> members(static_cast<std::size_t>(clustering.clusters));
    for (std::size_t i = 0; i < clustering.label.size(); ++i) {
        if (clustering.label[i] != noise) members[static_cast<std::size_t>(clustering.label[i])].push_back(static_cast<std::int64_t>(i));
    }
    return members;
}

}  // namespace

Clustering cluster(const Points& points, const ClusteringMethods& methods, int batch, std::int64_t most_scored, const ClusteringKey& key)
{
    const Rows rows(points);
    auto result = compete(rows, methods, most_scored, key, {batch, smallest_cluster, 0});
    const std::int64_t refined_from = std::max(smallest_refined, rows.count / 5);
    std::int32_t next = result.clusters;
    std::uint32_t round = 0;
    for (const auto& members : rows_of_clusters(result)) {
        ++round;
        if (static_cast<std::int64_t>(members.size()) < refined_from) continue;
        const auto inner = compete(Rows(rows, members), methods, most_scored, key, {0, 0, round});
        if (inner.clusters == 0) continue;  // nothing in it: it stays as it is
        for (std::size_t i = 0; i < members.size(); ++i) {
            auto& label = result.label[static_cast<std::size_t>(members[i])];
            label = inner.label[i] == noise ? noise : next + inner.label[i];
        }
        next += inner.clusters;
    }
    result.clusters = number_by_first_row(result.label);
    return result;
}

}  // namespace sluice::fusion
