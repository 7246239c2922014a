#pragma once

#include "parallel/tiling.hpp"
#include "problems/goal.hpp"

#include <map>
#include <span>

namespace sluice::campaign {

/// How models learn a class: one target for each class, the share that a row has in it, 1 in its own and 0 in the others. Mean predictions are probabilities then, squared
/// errors are Brier's score, and batch rules that read predictions and labels need not know. Campaigns without a class are as they are.

/// The targets that models learn.
std::vector<problems::Goal> learned_goals(const std::vector<problems::Goal>& goals);

/// Values of one row, [targets], as models learn them; not numbers of a class that is not known.
std::vector<double> learned_values(std::span<const double> values, const std::vector<problems::Goal>& goals);

/// Labels, alike.
std::map<RowId, std::vector<double>> learned_labels(const std::map<RowId, std::vector<double>>& labelled, const std::vector<problems::Goal>& goals);

}  // namespace sluice::campaign
