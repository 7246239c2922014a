#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Entropy of the predicted class, nats: of the mean over members, or passes, of their probabilities. It is large where classes overlap as well as where members differ.
/// Source: paper 001; spec: regression-methods, section 5.
void predictive_entropy(const models::Predictions& p, Scores scores);

}  // namespace sluice::acquisition
