#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// How a farthest-point batch begins where there are labelled rows.
enum class FirstPick {
    greedy,            ///< as it goes on
    best_of_far_half,  ///< the best score among the rows that are at least as far from the labelled ones as the median of those distances
};

/// Farthest-point batch: repeatedly the row with the largest  d (1 + weight s),  d its squared distance to the nearest labelled or chosen row, s its
/// score mapped to [0, 1] over the unlabelled rows. Exact; ties go to the lower row. Without labelled rows the first pick is the row with the best score,
/// or without scores the one farthest from the mean of the pool. weight = 0 is k-center greedy (Core-Set), apart from a first pick by score.
/// Exchanges one (value, row) reduction and one row of features per pick, whatever the number of rows.
/// \param weight  of the score, >= 0  \param first  without scores the batch is greedy from the start
/// Source: paper 000, MaxDist, which is greedy from the start; its reference code begins with the far half (spec: two-index, 6, MaxDist, steps 3 to 6).
/// Sener and Savarese 2018 for weight = 0.
std::vector<RowId> max_dist(const SelectionInput& input, double weight, FirstPick first = FirstPick::greedy);

}  // namespace sluice::selection
