#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// Farthest-point batch: repeatedly the row with the largest  d (1 + weight s),  d its squared distance to the nearest labelled or chosen row, s its
/// score mapped to [0, 1] over the unlabelled rows. Exact; ties go to the lower row. Without labelled rows the first pick is the row with the best score,
/// or without scores the one farthest from the mean of the pool. weight = 0 is k-center greedy (Core-Set).
/// Exchanges one (value, row) reduction and one row of features per pick, whatever the number of rows.
/// Source: paper 000, MaxDist, steps 3, 4 and 6, on input features; Sener and Savarese 2018 for weight = 0.
std::vector<RowId> max_dist(const SelectionInput& input, double weight);

}  // namespace sluice::selection
