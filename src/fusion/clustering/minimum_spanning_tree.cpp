#include "fusion/clustering/minimum_spanning_tree.hpp"

#include "fusion/clustering/distance.hpp"

#include <cmath>

namespace sluice::fusion {

std::vector<Edge> mutual_reachability_tree(const Rows& rows, std::span<const float> squared_core)
{
    // Rows outside the tree, ascending, each with its shortest edge to the tree (`to` is the row itself).
    std::vector<Edge> outside;
    for (std::int64_t i = 1; i < rows.count; ++i) outside.push_back({0, static_cast<std::int32_t>(i), INFINITY});
    std::vector<Edge> tree;
    std::int32_t taken = 0;
    while (!outside.empty()) {
        std::size_t kept = 0, shortest = 0;
        for (const Edge edge : outside) {
            if (edge.to == taken) continue;
            Edge& e = outside[kept] = edge;
            const float core = std::max(squared_core[static_cast<std::size_t>(taken)], squared_core[static_cast<std::size_t>(e.to)]);
            if (core < e.squared) {
                const float reach = std::max(core, SquaredDistance::below(e.squared, rows.row(taken), rows.row(e.to), rows.stride));
                if (reach < e.squared) e = {taken, e.to, reach};
            }
            if (e.squared < outside[shortest].squared) shortest = kept;
            ++kept;
        }
        outside.resize(kept);
        if (outside.empty()) break;
        tree.push_back(outside[shortest]);
        taken = outside[shortest].to;
    }
    return tree;
}

}  // namespace sluice::fusion
