#pragma once

#include "fusion/surrogates.hpp"

namespace sluice::fusion {

/// What the surrogates know of the targets: the share of the variance of the labelled rows that the best family's out-of-bag means explain, in [0, 1]; the
/// mean over targets.
double explained_by_best(const std::vector<Surrogate>& surrogates, std::size_t targets);

/// How many rows of a batch are drawn at random from the pool: three tenths of it where the surrogates explain nothing, a thirteenth where they explain half,
/// and soon none. Surrogates that know little repeat what they have seen of a few rows, and pass over whole classes of a pool whose first rows were poor.
std::int64_t drawn_at_random(double explained, std::int64_t batch);

}  // namespace sluice::fusion
