#pragma once

#include "fusion/fit/surrogates.hpp"
#include "problems/simulator.hpp"
#include "selection/strategy.hpp"

namespace sluice::fusion {

/// What the families together say of some rows, each weighted by its reliability: [rows][targets], raw units.
struct JointPrediction {
    std::vector<std::vector<double>> mean;
    std::vector<std::vector<double>> sd;
};

/// \param x  [rows, columns], scaled
JointPrediction joint_prediction(const std::vector<float>& x, std::size_t rows, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates);

/// Writes into a proposal what the families say of its rows, and what they explain of the labelled ones. \param x  [rows, columns], scaled
void describe(Proposal& proposal, const std::vector<float>& x, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates);

/// Squared error of the joint prediction, averaged over targets and test points, raw units; NaN without points. Collective.
double test_error(const problems::TestSet& test, const pool::Scaling& scaling, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates, const Communicator& ranks);

}  // namespace sluice::fusion
