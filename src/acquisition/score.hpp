#pragma once

#include "base/registry.hpp"
#include "models/family.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace sluice::models {
struct Predictions;
struct Ensemble;
}

namespace sluice::acquisition {

/// Score of each row of a tile; larger is preferred.
using Scores = std::span<double>;

/// What a score may know beside the predictions.
struct ScoreContext {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
    std::vector<double> incumbent;  ///< per target: best labelled value, in the units of the predictions
    std::vector<double> truth = {}; ///< [rows, targets] labels of these very rows, in the units of the predictions; where the score needs them
};

/// What a score of features is made from.
struct FittedModel {
    const models::Ensemble& ensemble;
    models::ChangeBasis basis;      ///< the initial rows, and the mean prediction over the unlabelled ones; where the score needs them
};

/// Fills scores [rows] from predictions on the same rows. It knows nothing of ranks, files or batches.
struct Score {
    std::function<void(const models::Predictions&, const ScoreContext&, Scores)> evaluate;
    bool needs_model = true;  ///< false: only first_row and rows of the predictions are read, and no surrogate is trained
    /// In place of `evaluate`, where it is there: scores rows by their features, by means that only this kind of model has.
    std::function<models::RowScore(const FittedModel&)> of_features = {};
    bool needs_output_change = false;  ///< the surrogate must say by how much its outputs would change, and there is one more pass over the pool, for its mean
    bool needs_truth = false;  ///< the labels of all candidates: the problem must know them
    bool needs_probabilities = false;  ///< the target must be a class: each member says a probability for each
    bool prefers_better = false;  ///< predictions of better values raise it: it needs goals that have a better and a worse
    std::optional<models::Family> own_model = {};  ///< trained beside the surrogate on the same labels; its predictions are read in place of the surrogate's
};

using ScoreRegistration = Registration<Score>;

}  // namespace sluice::acquisition
