#pragma once

#include "base/random.hpp"
#include "models/family.hpp"

namespace sluice::fusion {

/// `count` draws with replacement, index i with probability weight[i] / sum.
models::Bootstrap draw_weighted(std::span<const double> weight, std::int64_t count, RandomStream& random);

/// omega / n + (1 - omega) pi_i, omega uniform in [least_uniform, 1): between a uniform and a target-biased resample.
/// Source: specs: fusion, 6.3 (0.5) and 6.4 (0.6).
std::vector<double> softened(std::span<const double> biased, double least_uniform, RandomStream& random);

/// The places of a sample, dealt to the folds of a cross-validation.
struct Fold {
    models::Bootstrap train;  ///< rows of the labelled set
    models::Bootstrap test;
};

/// Five folds, or as many as there are distinct rows. `grouped`: copies of a row are in the same fold; otherwise each place is dealt alone, and a row and
/// its copy may be on both sides. Source: specs: fusion, 6.3 and flaw 6.
std::vector<Fold> draw_folds(const models::Bootstrap& sample, bool grouped, RandomStream& random);

}  // namespace sluice::fusion
