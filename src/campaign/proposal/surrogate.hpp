#pragma once

#include "acquisition/score.hpp"
#include "campaign/proposal/iteration.hpp"
#include "campaign/standardised_targets.hpp"
#include "models/ensemble.hpp"

namespace sluice::campaign {

/// A surrogate fitted to the labelled rows.
struct Surrogate {
    StandardisedTargets standard;
    std::vector<float> values;  ///< [labelled rows, targets], standardised
    models::Ensemble ensemble;
    std::vector<double> incumbent;  ///< per target: best labelled value, as merit
};

/// The campaign's surrogate; and, where the score brings a model, that.
struct Fitted {
    Surrogate surrogate;
    std::optional<Surrogate> own_model;

    const Surrogate& scored_by() const { return own_model ? *own_model : surrogate; }
};

/// Fits the campaign's surrogate, and the model that a score brings. Collective; a safe point.
/// \param rule  null: no score
/// \param last  of a surrogate that begins from the fit before: brought up to this iteration. In a run that goes on from its files, the fits since its checkpoint are made once more
Fitted fit_surrogate(const Iteration& iteration, const acquisition::Score* rule, LastFit& last);

}  // namespace sluice::campaign
