#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Mutual information of a row's class and the member, or pass, that is asked for it, nats: the entropy of the mean of their probabilities less the mean of their entropies. It is
/// large where members are sure and differ, and not where classes overlap; 0 where rounding would leave less.
/// Source: Houlsby et al. 2011 (BALD); Gal, Islam and Ghahramani 2017; spec: regression-methods, section 5.
void mutual_information(const models::Predictions& p, Scores scores);

}  // namespace sluice::acquisition
