#pragma once

#include "models/family.hpp"

namespace sluice::models {

/// Options of a network that predicts its own loss.
std::vector<OptionSpec> loss_prediction_options();

/// A network as of a deep ensemble, and beside it a head that learns how wrong it is: from each of the last three hidden layers to ten rectified units, from all of
/// these to one number. Its loss is the mean squared error and, by a weight, how far the head's order of pairs of rows is from that of their squared errors; for the
/// first part of training the head's derivatives flow on into the network.
/// A member: the network's flat list, then the head's layers.
/// Source: Yoo and Kweon, Learning loss for active learning, CVPR 2019; paper 002; spec: regression-methods, section 2, method 9.
Family loss_prediction(const Options& options);

}  // namespace sluice::models
