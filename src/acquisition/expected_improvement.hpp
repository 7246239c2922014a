#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Expected improvement over the best labelled value, with the ensemble's mean and standard deviation as a normal distribution, summed over targets.
/// Where the members agree exactly it is max(mean - incumbent - margin, 0).
/// \param incumbent  [targets], standardised units
/// \param margin     improvement below this does not count, standardised units, >= 0
/// \param scores     [rows]
/// Source: Jones, Schonlau and Welch 1998, eq. 15.
void expected_improvement(const models::Predictions& predictions, const std::vector<double>& incumbent, double margin, Scores scores);

}  // namespace sluice::acquisition
