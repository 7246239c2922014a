#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// What a greedy sampling keeps apart.
enum class Apart {
    outputs,              ///< GSy: a row's predicted outputs from labelled and already predicted ones
    inputs_and_outputs,   ///< GSxy: the product of the distances in features and in outputs, to one and the same labelled or chosen row
};

/// Greedy sampling: repeatedly the row whose distance to the nearest labelled or chosen row is largest, where the outputs of rows that are not labelled are
/// the surrogate's mean predictions. Outputs are as models learn them: standardised, so that each counts alike, or raw, as published. Exact; ties go to the lower row. (Of features alone,
/// GSx, this is k-center.) Exchanges one (value, row) reduction and one row of features and outputs per pick.
/// Source: Wu, Lin and Huang, Active learning for regression using greedy sampling, Information Sciences 474 (2019), algorithms 2 and 3; spec:
/// regression-methods, section 2, methods 2 and 3.
std::vector<RowId> greedy_sampling(const SelectionInput& input, Apart apart);

}  // namespace sluice::selection
