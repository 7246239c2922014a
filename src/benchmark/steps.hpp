#pragma once

#include "campaign/campaign.hpp"

namespace sluice::benchmark {

/// Mean distance of the rows of a batch to the nearest other one; NaN of fewer than two.
/// \param x  [rows, columns]
/// Source: paper 002, Div, without the sum over steps; specs: regression-methods, section 1.
double batch_diversity(std::span<const float> x, std::size_t columns);

/// The steps of a run that is over, as CSV lines after a header: what was known after each step. Collective.
///   step         0: the initial rows
///   labelled     rows with labels
///   test_rmse, test_mse, test_nll, test_accuracy, test_log_loss    of the model that learnt from them, on the test rows, raw units, where its kind of model has them; empty
///                after the last step, from which no model has learnt
///   best         value of a single target that is searched, of several the aggregate
///   success      1 once a row is good enough for `stop` in a closed pool
///   diversity    of the step's batch, in features as models see them
///   seconds, fit_seconds    of the step, without reading the pool, asking the oracle and checkpoints; of fitting models
std::string steps_csv(const campaign::Campaign& campaign, const Communicator& ranks);

}  // namespace sluice::benchmark
