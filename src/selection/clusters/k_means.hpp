#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// Representatives: the unlabelled row nearest to each of `count` centroids of the unlabelled rows, by Lloyd's k-means from distinct rows drawn by key, until no row
/// changes its centroid. A centroid without rows stays where it is. A row is chosen once: for a centroid whose nearest row is taken, the next one. Ties: the lower
/// centroid, the lower row. A centroid's sum is of whole numbers, so that its bits do not depend on ranks or threads.
/// The first pass computes rows x count distances, later ones those that bounds leave open (NearestCentroids, which says what memory they take), with the same answer.
/// A pass sends count x (columns + 1) numbers.
/// \param passes  most
/// Source: paper 001; specs: regression methods, section 5; bounds: see NearestCentroids.
std::vector<RowId> k_means_representatives(const SelectionInput& input, std::int64_t passes);

}  // namespace sluice::selection
