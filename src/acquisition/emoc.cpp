#include "acquisition/score.hpp"
#include "models/ensemble.hpp"

namespace sluice::acquisition {

namespace {

/// Of the first member, at the rows that the campaign started from, with the mean prediction over the unlabelled rows as label: the paper leaves open which member.
/// Source: paper 002; spec: regression-methods, section 2, method 8; see models::expected_output_change.
const ScoreRegistration registration{
    "emoc", "by how much the outputs of a network would change if it learned the row, with the mean over the pool as its label (EMOC)", {}, [](const Options&) {
        return Score{.of_features = [](const FittedModel& fitted) { return fitted.ensemble.output_change(fitted.basis); }, .needs_output_change = true};
    }};

}  // namespace

}  // namespace sluice::acquisition
