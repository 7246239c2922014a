#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// The unlabelled rows, ascending, on every rank; or `most` of them, those with the smallest keyed numbers. Collective.
std::vector<RowId> drawn_rows(const SelectionInput& input, std::int64_t most);

}  // namespace sluice::selection
