#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Variance over the ensemble, summed over targets: query by committee.
/// \param scores  [rows]
/// Source: Krogh and Vedelsby 1995, "ambiguity"; paper 001, committee variance.
void variance(const models::Predictions& predictions, Scores scores);

}  // namespace sluice::acquisition
