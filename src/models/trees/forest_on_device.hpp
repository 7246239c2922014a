#pragma once

#include "models/family.hpp"

namespace sluice::models {

/// forest_predictor for the device: a thread follows the paths of one row through one member's trees, which there costs less than visiting all nodes.
/// The same bits as value_at gives: comparisons, and sums in the order of the trees.
/// \return  fills [rows, members, targets]
Predict forest_predictor_on_device(const std::vector<Member>& members, std::int64_t columns);

}  // namespace sluice::models
