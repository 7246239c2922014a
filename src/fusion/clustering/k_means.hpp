#pragma once

#include "base/random.hpp"
#include "fusion/clustering/rows.hpp"

namespace sluice::fusion {

/// A partition into clusters of small spread.
struct KMeans {
    std::vector<std::int32_t> label;  ///< [rows] the nearest centroid, 0, 1, ...
    Rows centroids;                   ///< at most k: never more than there are distinct rows
    double inertia = 0;               ///< sum of squared distances to the own centroid
};

/// k-means from one random start (`k_means_start`), then Lloyd's iterations until no row changes its cluster, the
/// centroids move by less than 1e-4 of the mean variance of the columns (squared, in all), or 300 are done. A cluster that loses its last row takes the row
/// farthest from its centroid. Single-threaded: starts are run side by side.
/// \param k  from 1 to rows
/// Source: Lloyd 1982; bounds on distances: Elkan 2003.
KMeans k_means(const Rows& rows, int k, RandomStream random);

/// \return  [rows] the nearest centroid of each row; ties go to the lower centroid
std::vector<std::int32_t> nearest_centroid(const Rows& rows, const Rows& centroids);

}  // namespace sluice::fusion
