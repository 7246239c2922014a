#pragma once

#include "models/family.hpp"

namespace sluice::models {

/// The options of a dropout network, for whoever trains one.
std::vector<OptionSpec> mc_dropout_options();

/// Perceptrons with dropout, trained on all labelled rows, that say how sure they are by Monte Carlo: mean and population variance over `passes` draws of
/// which hidden units are left out, of each network. A draw serves all rows: it is a function, a network thinned out.
/// Source: Gal and Ghahramani, Dropout as a Bayesian approximation, ICML 2016; papers 001 and 002; spec: regression-methods, sections 1, 2 (method 7) and 5.
Family mc_dropout(const Options& options);

}  // namespace sluice::models
