#pragma once

#include "fusion/clustering/minimum_spanning_tree.hpp"
#include "fusion/clustering/nearest.hpp"

namespace sluice::fusion {

/// Density-based clusters of any shape, with noise. Leaves of all densities are found; of the nested clusters those of the greatest excess of mass are kept.
/// All rows as one cluster is not an answer: where nothing splits, all is noise. Single-threaded.
/// \param neighbours        of the rows, at least `min_samples` each
/// \param min_cluster_size  smaller pieces that split off a cluster are its noise, not clusters
/// \param min_samples       a row's core distance is that to its min_samples-th nearest other row
/// \return                  [rows] -1 = noise, else 0, 1, ...
/// Source: Campello, Moulavi and Sander 2013; condensed tree: McInnes and Healy 2017.
std::vector<std::int32_t> hdbscan(const Rows& rows, const Neighbours& neighbours, int min_cluster_size, int min_samples);

/// The clusters of a spanning tree: the second half of `hdbscan`.
std::vector<std::int32_t> densest_clusters(std::vector<Edge> tree, int min_cluster_size);

}  // namespace sluice::fusion
