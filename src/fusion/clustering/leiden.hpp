#pragma once

#include "base/random.hpp"
#include "fusion/clustering/nearest.hpp"

namespace sluice::fusion {

struct Communities {
    std::vector<std::int32_t> label;  ///< [rows] 0, 1, ...
    double quality = 0;               ///< sum over pairs in a community of (weight - resolution * strength * strength / 2m) / 2m, m the total weight
};

/// Communities of the graph of nearest neighbours: rows are joined if one is among the k nearest of the other, with weight 1 / squared distance; equal rows
/// are not joined. Maximises modularity with a resolution (the configuration model of Reichardt and Bornholdt) until nothing improves; the best of 10
/// runs. Not to be called by two threads at once: igraph's random numbers are the process's.
/// \param neighbours  of the rows, at least k each
/// Source: Traag, Waltman and van Eck 2019; specification section 7.2.
Communities leiden(const Neighbours& neighbours, int k, double resolution, RandomStream random);

}  // namespace sluice::fusion
