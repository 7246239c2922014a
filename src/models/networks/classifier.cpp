#include "base/signals.hpp"
#include "models/networks/class_probabilities.hpp"
#include "models/networks/cross_entropy.hpp"
#include "models/networks/mlp_layers.hpp"

#include <cmath>

namespace sluice::models {

namespace {

struct ClassifierOptions {
    std::int64_t width, depth, epochs;
    double learning_rate, l2;

    std::vector<std::int64_t> layers(const TrainingSet& data) const
    {
        std::vector<std::int64_t> sizes = {data.columns};
        sizes.insert(sizes.end(), static_cast<std::size_t>(depth), width);
        sizes.push_back(data.targets);
        return sizes;
    }
};

/// Glorot and Bengio 2010.
double glorot_bound(double in, double out)
{
    return std::sqrt(6 / (in + out));
}

/// How often each row stands in each resample, over the rows in it: [members, rows, 1].
torch::Tensor row_weights(std::span<const Bootstrap> bootstraps, std::int64_t rows)
{
    auto weights = torch::zeros({static_cast<std::int64_t>(bootstraps.size()), rows, 1});
    auto* weight = weights.data_ptr<float>();
    for (const auto& bootstrap : bootstraps) {
        for (const auto row : bootstrap) weight[row] += 1 / static_cast<float>(bootstrap.size());
        weight += rows;
    }
    return weights;
}

/// All members in one graph, by Adam on the mean softmax cross-entropy over the rows of each one's resample, in steps on all of them; the penalty is part of the gradient.
std::vector<Member> train(const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key, const ClassifierOptions& options)
{
    const torch::NoGradGuard no_gradients;
    const auto sizes = options.layers(data);
    const auto members = static_cast<std::int64_t>(bootstraps.size());
    const auto x = as_tensor(data.x, {1, data.count(), data.columns}).clone().expand({members, data.count(), data.columns});
    const auto shares = as_tensor(data.y, {1, data.count(), data.targets}).to(torch::kFloat32);
    const auto weights = row_weights(bootstraps, data.count());
    const auto layers = random_layers(sizes, members, first_member, key, glorot_bound);
    const auto gradient = layers_of(torch::empty_like(layers.table), sizes);
    Adam adam(layers.table);
    for (std::int64_t epoch = 0; epoch < options.epochs && !stop_requested(); ++epoch) {
        const auto inputs = forward(layers, x, Activation::relu);
        torch::Tensor derivative;
        cross_entropy(inputs.back(), shares, derivative);
        backward(layers, inputs, derivative.mul_(weights), Activation::relu, gradient);
        gradient.table.add_(layers.table, options.l2);
        adam.step(layers.table, gradient.table, options.learning_rate);
    }
    return to_members(layers.table);
}

/// Source: paper 001 (committee); spec: regression-methods, section 5. A committee on bootstrap resamples: query by bagging, Abe and Mamitsuka 1998.
const FamilyRegistration registration{
    "classifier-ensemble",
    "bootstrap ensemble of perceptrons that say probabilities of classes (softmax cross-entropy); for goal = \"classify\"",
    {
        whole("width", 64).at_least(1).at_most(4096).help("units of a hidden layer"),
        whole("depth", 1).at_least(0).at_most(16).help("hidden layers; 0: logistic regression"),
        whole("epochs", 200).at_least(1).help("gradient steps, each on the whole resample"),
        real("learning_rate", 0.01).above(0).help("of Adam"),
        real("l2", 1e-3).at_least(0).help("penalty on half the squared parameters, part of the gradient"),
    },
    [](const Options& o) {
        const ClassifierOptions options{o.whole("width"), o.whole("depth"), o.whole("epochs"), o.real("learning_rate"), o.real("l2")};
        return Family{
            .train = [options](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key) { return train(data, bootstraps, first_member, key, options); },
            .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place) {
                return class_probabilities(perceptron_predictor(members, options.layers(data), Activation::relu, parallel::Place::host), members.size(), static_cast<std::size_t>(data.targets));
            },
            .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members) * perceptron_flops(options.layers(data)); },
            .classifies = true,
        };
    }};

}  // namespace

}  // namespace sluice::models
