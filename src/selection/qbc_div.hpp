#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// How much counts beside the score, whose weight is what they leave of 1.
struct QbcDiv {
    double diversity = 0.5;          ///< of the distance to the nearest labelled or chosen row, in [0, 1]
    double density = 0;              ///< of the likeness to the nearest neighbours in the pool, in [0, 1]
    bool prefers_sparse = false;     ///< likeness counts against a row
    std::size_t neighbours = 10;
    std::int64_t references = 5000;  ///< see Neighbourhoods
};

/// Query by committee with diversity and density: repeatedly the row with the largest weighted sum of its score, its distance to the nearest labelled or
/// chosen row, and its mean cosine similarity to its nearest neighbours among the rows that are left. Each is mapped to [0, 1] first: the score over the
/// unlabelled rows, the others over the rows that are left, anew at each pick; 0 where all are equal. With the score "variance" it is the published rule,
/// with any other it is that rule for that score. Ties go to the lower row. Exchanges a few numbers and one row of features per pick.
/// Source: Kee, del Castillo and Runger, Query-by-committee improvement with diversity and density in batch active learning, Information Sciences 454
/// (2018); paper 002; spec: regression-methods, section 2, methods 5 and 6 (scalings of the published code; the sign of density differs between them).
std::vector<RowId> qbc_div(const SelectionInput& input, const QbcDiv& weights);

}  // namespace sluice::selection
