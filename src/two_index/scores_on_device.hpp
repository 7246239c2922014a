#pragma once

#include "models/mixture_density/ensemble.hpp"
#include "selection/strategy.hpp"

#include <span>
#include <vector>

namespace sluice::two_index {

/// What mi_lb_log_delta says of every own row, predicted and scored on this rank's device.
/// \param floors  [targets] least variances, normalised units
std::vector<double> log_delta_on_device(const StrategyInput& input, const models::mixture_density::Ensemble& ensemble, std::span<const double> floors);

}  // namespace sluice::two_index
