#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// Two stages: the rows with the largest scores, `factor` times as many as are wanted, and among them a batch by another rule, which sees all other rows as
/// not to be chosen. Sends factor x count entries per rank, and what the other rule sends.
/// Source: paper 001, combination of uncertainty and diversity; spec: regression-methods, sections 2 and 5 (factor 2 and farthest points in the published code).
/// \param factor  >= 1
std::vector<RowId> uncertain_then_diverse(const SelectionInput& input, double factor, const Selection& diverse);

}  // namespace sluice::selection
