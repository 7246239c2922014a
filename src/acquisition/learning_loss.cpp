#include "acquisition/score.hpp"
#include "models/ensemble.hpp"
#include "models/networks/loss_prediction.hpp"

namespace sluice::acquisition {

namespace {

/// Source: paper 002; spec: regression-methods, section 2, method 9; see models::loss_prediction.
const ScoreRegistration registration{
    "learning-loss", "squared error as predicted by a network that learns it beside its task, and is trained beside the surrogate (learning loss)",
    models::loss_prediction_options(), [](const Options& options) {
        return Score{.of_features = [](const FittedModel& fitted) { return fitted.ensemble.predicted_loss; }, .own_model = models::loss_prediction(options)};
    }};

}  // namespace

}  // namespace sluice::acquisition
