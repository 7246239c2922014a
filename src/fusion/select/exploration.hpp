#pragma once

#include "fusion/fit/surrogates.hpp"

namespace sluice::fusion {

/// What the surrogates know of the targets: the share of the variance of the labelled rows that the best family's out-of-bag means explain, in [0, 1]; the
/// mean over targets.
double explained_by_best(const std::vector<Surrogate>& surrogates, std::size_t targets);

/// How many rows of a batch are drawn at random from the pool: up to three tenths of it, the more of the labelled rows the surrogates have chosen and the less
/// of them they explain. Surrogates that know little repeat what they have seen of a few rows, and pass over whole classes of a pool whose first rows were
/// poor; those that know a class well say nothing of the others.
/// \param chosen  share of the labelled rows that were not there at the start, in [0, 1]
std::int64_t drawn_at_random(double explained, double chosen, std::int64_t batch);

}  // namespace sluice::fusion
