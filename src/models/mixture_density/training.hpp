#pragma once

#include "models/mixture_density/network.hpp"
#include "models/mixture_density/recipe.hpp"
#include "parallel/communicator.hpp"

#include <limits>

namespace sluice::models::mixture_density {

/// Labelled rows as the networks see them: normalised by themselves. The same on every rank.
struct NormalisedSet {
    std::int64_t rows = 0;
    std::vector<float> x;  ///< [rows, columns]
    std::vector<float> y;  ///< [rows, targets]
};

/// A block of members in training.
struct Block {
    std::int64_t number = 0;
    Layers layers;
    Layers gradient;
    torch::Tensor mean;    ///< of AdamW, like layers.table
    torch::Tensor square;
    torch::Tensor best;    ///< parameters where held-out rows were predicted best; without rows unless there are folds
};

/// What the rows that members were kept from say of a training so far.
struct Validation {
    double best_nll = std::numeric_limits<double>::infinity();
    std::int64_t best_step = 0;
    double floor = 0;  ///< least variance of normalised targets that goes with it
};

/// An ensemble in training: this rank's blocks after so many steps.
struct Training {
    std::int64_t step = 0;
    std::vector<Block> blocks;
    Validation validation;
};

/// The blocks of this rank before the first step.
Training begin_training(const Shape& shape, const Recipe& recipe, const FitKey& key, const Communicator& ranks);

/// Goes on to a step. All members see the same minibatches, of distinct rows. Nothing depends on ranks or threads. Collective.
void train_until(std::int64_t step, Training& training, const Shape& shape, const Recipe& recipe, const NormalisedSet& data, const FitKey& key, const Communicator& ranks);

/// Compares the ensemble with the best so far, by the rows that members were kept from, for several least variances. Collective.
/// The likelihood of a row is that of the mixture of the members that have not seen it.
void validate(Training& training, const Shape& shape, const Recipe& recipe, const NormalisedSet& data, const Communicator& ranks);

}  // namespace sluice::models::mixture_density
