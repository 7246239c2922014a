#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// The `count` rows with the largest scores; ties go to the lower row. Sends count entries per rank.
std::vector<RowId> top_k(const SelectionInput& input);

}  // namespace sluice::selection
