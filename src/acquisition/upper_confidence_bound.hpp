#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Upper confidence bound  mean + kappa * sd  over the ensemble, summed over targets.
/// \param kappa   weight of the standard deviation, >= 0
/// \param scores  [rows]
/// Source: Srinivas et al. 2010, eq. 6; paper 003 section 3.2 uses kappa = 0.1.
void upper_confidence_bound(const models::Predictions& predictions, double kappa, Scores scores);

}  // namespace sluice::acquisition
