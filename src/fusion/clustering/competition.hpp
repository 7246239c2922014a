#pragma once

#include "base/random.hpp"
#include "fusion/clustering/rows.hpp"

#include <string>

namespace sluice::fusion {

/// Which methods compete.
struct ClusteringMethods {
    bool k_means = true;
    bool mixture = false;
    bool hdbscan = true;
    bool leiden = false;
};

/// What a clustering's random numbers depend on.
struct ClusteringKey {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
    std::uint16_t call = 0;  ///< of the clusterings of one iteration
};

/// A partition of rows.
struct Clustering {
    std::vector<std::int32_t> label;  ///< [rows] -1 = noise, else 0, 1, ...
    std::int32_t clusters = 0;
    std::string method;      ///< the winner and its parameters, "none" if nothing was found
    double silhouette = -1;  ///< mean over rows that the winner did not call noise; -1 if nothing was found
};

/// One of the competitions of a clustering.
struct Round {
    int batch;                      ///< rows chosen per iteration: sets the numbers of clusters that are tried; 0 in a refinement
    std::int64_t smallest_cluster;  ///< smaller clusters of the winner become noise
    std::uint32_t number;           ///< distinguishes the rounds of one clustering
};

/// Runs every method on its grid and keeps the partition with the largest mean silhouette. Ties go to the earlier of k-means, mixture, HDBSCAN, Leiden, and
/// within a method to the earlier parameters. Above `most_scored` rows all this is done on a uniform sample of them, and the partition that won there is
/// extended to all rows: k-means and mixture by prediction, the others by vote of the 10 nearest rows of the sample.
///
/// k-means (10 starts) and mixtures: max(3, batch / 2), max(6, batch), max(9, 1.5 batch), max(12, 2 batch) clusters. HDBSCAN: minimum cluster size and
/// samples 5 and 3, 10 and 6, 20 and 12. Leiden: neighbours and resolution 5 and 0.5, 10 and 1, 15 and 1.5. A method needs more rows than clusters, samples
/// or neighbours.
/// \return  clusters are numbered by their first rows; there are none if all rows are equal, or too few, or nothing splits
/// Source: paper 003, specification sections 7.2 and 7.3, and flaw 8.
Clustering compete(const Rows& rows, const ClusteringMethods& methods, std::int64_t most_scored, const ClusteringKey& key, const Round& round);

}  // namespace sluice::fusion
