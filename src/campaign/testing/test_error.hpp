#pragma once

#include "campaign/standardised_targets.hpp"
#include "models/ensemble.hpp"
#include "problems/simulator.hpp"

namespace sluice::campaign {

/// Figures by name, in the order in which they are shown.
using TestFigures = std::vector<std::pair<std::string, double>>;

/// Of numbers: test_mse, the mean squared error of an ensemble's mean prediction, averaged over targets and test points, in raw units; and where test points in sparse regions are
/// told apart, test_mse_dense and test_mse_sparse, alike over the others and over them. The same bits for any number of ranks. Collective.
/// Source: specs: regression-methods, sections 1 and 5 (error in dense and in sparse regions).
TestFigures error_figures(const models::Ensemble& ensemble, const StandardisedTargets& standard, const pool::Scaling& scaling, const problems::TestSet& test,
                          const Communicator& ranks);

/// Of a class: test_accuracy, the share of test points whose class has the largest mean probability over the ensemble, the lower class where two have it; and test_log_loss, the
/// mean of -log of the mean probability of a point's class, which counts as 1e-15 at least. The same bits for any number of ranks. Collective.
TestFigures class_figures(const models::Ensemble& ensemble, std::size_t classes, const pool::Scaling& scaling, const problems::TestSet& test, const Communicator& ranks);

/// Figures as a batch keeps them, a JSON object; those that are no numbers are left out. Empty if none is left.
std::string to_diagnostics(const TestFigures& figures);

}  // namespace sluice::campaign
