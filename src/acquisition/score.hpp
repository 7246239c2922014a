#pragma once

#include "base/registry.hpp"
#include "models/family.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace sluice::models {
struct Predictions;
}

namespace sluice::acquisition {

/// Score of each row of a tile; larger is preferred.
using Scores = std::span<double>;

/// What a score may know beside the predictions.
struct ScoreContext {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
    std::vector<double> incumbent;  ///< per target: best labelled value, in the units of the predictions
};

/// Fills scores [rows] from predictions on the same rows. It knows nothing of ranks, files or batches.
struct Score {
    std::function<void(const models::Predictions&, const ScoreContext&, Scores)> evaluate;
    bool needs_model = true;  ///< false: only first_row and rows of the predictions are read, and no surrogate is trained
    bool prefers_better = false;  ///< predictions of better values raise it: it needs goals that have a better and a worse
    std::optional<models::Family> own_model = {};  ///< trained beside the surrogate on the same labels; its predictions are read in place of the surrogate's
};

using ScoreRegistration = Registration<Score>;

}  // namespace sluice::acquisition
