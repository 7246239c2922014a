#include "fusion/clustering/hdbscan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::fusion {

namespace {

/// A node of the single-linkage tree. Nodes 0 ... rows - 1 are the rows; those after them are merges, by increasing distance.
struct Node {
    std::int32_t left = -1;
    std::int32_t right = -1;
    std::int32_t size = 1;
    double density = INFINITY;  ///< 1 / distance at which left and right part
};

/// A cluster of the condensed tree: what remains of a branch while only pieces below the minimum size fall off it.
struct Cluster {
    std::int32_t parent;
    double birth;            ///< density at which it parts from its parent
    double stability = 0;    ///< excess of mass: sum over its rows of (density at which the row leaves - birth)
    double best_inside = 0;  ///< the largest stability that clusters within it reach together
};

struct CondensedTree {
    std::vector<Cluster> clusters;             ///< the first holds all rows; parents come before their children
    std::vector<std::int32_t> cluster_of_row;  ///< the last cluster that each row is in
};

std::vector<Node> single_linkage(std::vector<Edge> tree)
{
    std::stable_sort(tree.begin(), tree.end(), [](const Edge& a, const Edge& b) { return a.squared < b.squared; });
    const std::size_t rows = tree.size() + 1;
    std::vector<Node> nodes(rows);
    std::vector<std::int32_t> above(rows);  // towards the top node of a row or merge
    std::iota(above.begin(), above.end(), 0);
    const auto top = [&](std::int32_t node) {
        while (above[node] != node) {
            above[node] = above[above[node]];
            node = above[node];
        }
        return node;
    };
    for (const auto& edge : tree) {
        const auto left = top(edge.from), right = top(edge.to), merge = static_cast<std::int32_t>(nodes.size());
        nodes.push_back({left, right, nodes[left].size + nodes[right].size, 1 / std::sqrt(static_cast<double>(edge.squared))});
        above.push_back(merge);
        above[left] = above[right] = merge;
    }
    return nodes;
}

/// The rows of a node leave a cluster.
void drop(const std::vector<Node>& nodes, std::int32_t node, std::int32_t cluster, CondensedTree& condensed)
{
    std::vector<std::int32_t> open{node};
    while (!open.empty()) {
        const auto at = open.back();
        open.pop_back();
        if (nodes[at].left < 0) {
            condensed.cluster_of_row[at] = cluster;
        } else {
            open.push_back(nodes[at].left);
            open.push_back(nodes[at].right);
        }
    }
}

CondensedTree condense(const std::vector<Node>& nodes, int min_cluster_size)
{
    struct Branch {
        std::int32_t node;
        std::int32_t cluster;
    };
    CondensedTree condensed;
    condensed.cluster_of_row.resize((nodes.size() + 1) / 2);
    condensed.clusters.push_back({-1, 0});
    std::vector<Branch> open{{static_cast<std::int32_t>(nodes.size()) - 1, 0}};
    while (!open.empty()) {
        const auto [at, cluster] = open.back();
        open.pop_back();
        const Node& node = nodes[at];
        const double birth = condensed.clusters[cluster].birth;
        // Equal rows never part: the density of their merge is infinite, and they leave together.
        const bool parts = std::isfinite(node.density) && node.left >= 0;
        const auto large = [&](std::int32_t side) { return parts && nodes[side].size >= min_cluster_size; };
        if (!parts) {
            condensed.clusters[cluster].stability += (node.density - birth) * node.size;
            drop(nodes, at, cluster, condensed);
        } else if (large(node.left) && large(node.right)) {
            condensed.clusters[cluster].stability += (node.density - birth) * node.size;
            for (const auto side : {node.left, node.right}) {
                open.push_back({side, static_cast<std::int32_t>(condensed.clusters.size())});
                condensed.clusters.push_back({cluster, node.density});
            }
        } else {
            for (const auto side : {node.left, node.right}) {
                if (large(side)) {
                    open.push_back({side, cluster});
                } else {
                    condensed.clusters[cluster].stability += (node.density - birth) * nodes[side].size;
                    drop(nodes, side, cluster, condensed);
                }
            }
        }
    }
    return condensed;
}

}  // namespace

std::vector<std::int32_t> densest_clusters(std::vector<Edge> tree, int min_cluster_size)
{
    auto [clusters, cluster_of_row] = condense(single_linkage(std::move(tree)), min_cluster_size);
    std::vector<bool> kept(clusters.size(), false);
    for (std::size_t c = clusters.size() - 1; c > 0; --c) {  // children before parents; not the cluster of all rows
        kept[c] = clusters[c].stability >= clusters[c].best_inside;
        clusters[clusters[c].parent].best_inside += std::max(clusters[c].stability, clusters[c].best_inside);
    }
    // The outermost of the kept ones count, and hold what is within them.
    std::vector<std::int32_t> label(clusters.size(), -1);
    std::int32_t next = 0;
    for (std::size_t c = 1; c < clusters.size(); ++c) {
        label[c] = label[clusters[c].parent];
        if (label[c] < 0 && kept[c]) label[c] = next++;
    }
    std::vector<std::int32_t> result;
    for (const auto c : cluster_of_row) result.push_back(label[c]);
    return result;
}

std::vector<std::int32_t> hdbscan(const Rows& rows, const Neighbours& neighbours, int min_cluster_size, int min_samples)
{
    std::vector<float> squared_core;
    for (std::int64_t i = 0; i < rows.count; ++i) squared_core.push_back(neighbours.squared_at(i, min_samples - 1));
    return densest_clusters(mutual_reachability_tree(rows, squared_core), min_cluster_size);
}

}  // namespace sluice::fusion
