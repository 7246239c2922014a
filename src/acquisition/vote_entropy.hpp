#pragma once

#include "acquisition/score.hpp"
#include "models/predictions.hpp"

namespace sluice::acquisition {

/// Entropy of the votes of a committee, nats: each member votes for its most probable class, the lower one of two. Rows with equal numbers of votes for some classes or others
/// have equal scores, bit for bit.
/// Source: Dagan and Engelson 1995; paper 001; spec: regression-methods, section 5.
void vote_entropy(const models::Predictions& p, Scores scores);

}  // namespace sluice::acquisition
