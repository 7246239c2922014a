#pragma once

#include "models/mixture_density/clipping.hpp"

#include <algorithm>

namespace sluice::models::mixture_density {

/// How an ensemble of mixture density networks is trained. Source: specs: two-index, 3.
struct Recipe {
    std::int64_t members = 8;
    std::int64_t member_block = 4;  ///< members computed as one batch; ranks and threads share blocks
    std::int64_t minibatch = 128;
    std::int64_t steps_per_row = 10;
    std::int64_t steps_least = 0;
    std::int64_t steps_most = 10000;
    std::int64_t warm_up_most = 500;   ///< steps; a fifth of all steps if that is less
    std::int64_t decay_steps = 2000;   ///< the learning rate falls by a tenth in so many
    double learning_rate = 5e-4;       ///< at the end of the warm-up
    double weight_decay = 1e-2;
    Clipping clipping = Clipping::coupled;
    /// Robust: each row is kept from the members of one of so many folds, which say when the ensemble is best and how large the least variance should be;
    /// units do not matter and inputs are bounded. 0: all members see all rows for all steps, as published.
    std::int64_t folds = 0;

    /// Whether a member is kept from a row.
    bool holds_out(std::int64_t member, std::int64_t row) const { return folds > 0 && row % folds == member % folds; }
    std::int64_t steps(std::int64_t rows) const { return std::min(steps_most, std::max(steps_per_row * rows, steps_least)); }
    std::int64_t warm_up(std::int64_t steps) const { return std::min(warm_up_most, steps / 5); }
    double rate(std::int64_t step, std::int64_t steps) const;
};

}  // namespace sluice::models::mixture_density
