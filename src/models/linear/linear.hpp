#pragma once

#include "models/family.hpp"

namespace sluice::models {

/// Predicts with linear members, weights [targets, columns] then intercepts [targets]: all of them in one matrix product.
Predict linear_predictor(const std::vector<Member>& members, const TrainingSet& data, parallel::Place place);

/// Floating-point operations of that, for one row.
double linear_flops(const TrainingSet& data, std::int64_t members);

}  // namespace sluice::models
