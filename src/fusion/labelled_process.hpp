#pragma once

#include "fusion/surrogates.hpp"
#include "models/ensemble.hpp"

#include <optional>

namespace sluice::fusion {

/// A second opinion beside the families: one exact Gaussian process (Matern 5/2) on the sum of merits, standardised over its rows.
struct LabelledProcess {
    models::Ensemble fitted;
    double best = 0;       ///< largest label
    double explained = 0;  ///< share of the labels' variance that it says of each row from the others; negative where that is worse than their mean
};

/// The process on the labelled rows; of more than 1,000 on the best 500 and 500 drawn of the others. None where all labels are equal. Collective; a safe point.
std::optional<LabelledProcess> fit_process(const LabelledSet& labelled, const IterationKey& key, const Communicator& ranks);

}  // namespace sluice::fusion
