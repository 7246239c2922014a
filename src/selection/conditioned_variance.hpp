#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// Variance sampling of a batch: repeatedly the row of which a Gaussian process knows least, given its labelled rows and those chosen before, whose labels
/// it need not know for that. Exact and lazy: a variance only falls as rows are chosen, so that a tile waits with what its rows' variances lose until one of
/// them could win. Ties go to the lower row. Exchanges one (value, row) reduction and one row of features per pick; every rank then conditions its own copy
/// of the process, O(n^2) for n labelled and chosen rows, and a tile's rows cost O(n columns) each per pick that they are compared with.
/// Source: paper 001, variance sampling; batches: spec: regression-methods, section 5 (greedy conditioning).
std::vector<RowId> conditioned_variance(const SelectionInput& input);

}  // namespace sluice::selection
