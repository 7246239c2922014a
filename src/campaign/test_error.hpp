#pragma once

#include "campaign/standardised_targets.hpp"
#include "models/ensemble.hpp"
#include "problems/simulator.hpp"

namespace sluice::campaign {

/// Mean squared error of an ensemble's mean prediction, averaged over targets and test points, in raw units. The same bits for any number of ranks. Collective.
/// Source: specs: regression-methods, section 1.
double mean_squared_error(const models::Ensemble& ensemble, const StandardisedTargets& standard, const pool::Scaling& scaling, const problems::TestSet& test,
                          const Communicator& ranks);

}  // namespace sluice::campaign
