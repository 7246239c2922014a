#pragma once

#include "fusion/clustering/rows.hpp"

namespace sluice::fusion {

struct Edge {
    std::int32_t from;
    std::int32_t to;
    float squared;  ///< squared mutual reachability distance
};

/// Minimum spanning tree of all rows under the mutual reachability distance max(core(a), core(b), |a - b|), grown from row 0; ties go to the lower row.
/// Time O(rows^2), memory O(rows): distances are not kept, and most are not computed to the end.
/// \param squared_core  [rows] squared core distance
/// \return              rows - 1 edges, in the order in which they were taken
/// Source: Prim 1957; Campello, Moulavi and Sander 2013.
std::vector<Edge> mutual_reachability_tree(const Rows& rows, std::span<const float> squared_core);

}  // namespace sluice::fusion
