#pragma once

#include "models/networks/normalised_layers.hpp"

namespace sluice::models {

/// How networks of one shape learn.
struct DeepMlpOptions {
    std::int64_t width, depth;
    std::int64_t epochs;
    std::int64_t minibatch = 5000, patience = 0;
    double learning_rate = 1e-3, l2 = 1e-4;

    NormalisedShape shape(const TrainingSet& data) const;
};

/// The options of such networks, for whoever trains one.
std::vector<OptionSpec> deep_mlp_options();
DeepMlpOptions deep_mlp_options_of(const Options& options);

/// Trains networks together, each on all rows: Adam on the mean squared error over rows, targets and networks, the penalty part of the gradient, with one learning
/// rate that falls with their common loss. Ranks have some each, of which threads take one by turns; what comes out does not depend on either's number. Collective.
/// \param networks  [this rank's networks, shape.length()], where each begins and where it ends
/// \param first     number of the first of them, of `all` that the ranks have
/// Source: paper 002, appendix (training); spec: regression-methods, section 1.
void train_together(const torch::Tensor& networks, int first, int all, const TrainingSet& data, const FitKey& key, const DeepMlpOptions& options,
                    const Communicator& ranks);

}  // namespace sluice::models
