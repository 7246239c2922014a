#pragma once

#include "fusion/fuse/channels.hpp"
#include "parallel/first_k.hpp"

namespace sluice::fusion {

/// The best candidates, the same on every rank, in descending order.
struct Screen {
    std::vector<Ranked> rows;
    std::vector<float> x;    ///< [rows, columns], scaled
    bool generated = false;  ///< for this iteration, not rows of a pool
};

/// The best candidates by score, 20,000 at most, in descending order and the same on every rank. \param score  [own rows]. Collective.
std::vector<Ranked> best_candidates(std::span<const double> score, const Candidates& candidates, const Communicator& ranks);

/// Adds every family's expected hypervolume improvement to the scores of the best candidates and orders them again. Collective.
/// Source: specs: fusion, 10.3.
std::vector<Ranked> with_improvement(const std::vector<Ranked>& best, const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates,
                                     const LabelledSet& labelled, double optimism, const IterationKey& key, const Communicator& ranks);

}  // namespace sluice::fusion
