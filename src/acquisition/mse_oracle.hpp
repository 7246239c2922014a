#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Mean over targets of the squared error of the mean prediction: what no method can know.
/// \param truth   [rows, targets], in the units of the predictions
/// \param scores  [rows]
/// Source: paper 002, the method MSE; spec: regression-methods, section 2, method 10.
void squared_error(const models::Predictions& predictions, std::span<const double> truth, Scores scores);

}  // namespace sluice::acquisition
