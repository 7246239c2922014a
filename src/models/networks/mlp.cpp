#include "base/signals.hpp"
#include "models/networks/mlp_layers.hpp"

#include <cmath>

namespace sluice::models {

namespace {

struct MlpOptions {
    std::int64_t width;
    std::int64_t steps;
    std::int64_t batch;
    double learning_rate;
    double weight_decay;
};

std::vector<std::int64_t> layer_sizes(const TrainingSet& data, std::int64_t width)
{
    return {data.columns, width, width, data.targets};
}

/// As torch.nn.Linear begins.
double linear_bound(double in, double)
{
    return 1 / std::sqrt(in);
}

/// Mini-batches of each member's resample, drawn before training: [steps, members, batch] indices of labelled rows.
torch::Tensor draw_minibatches(std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key, std::int64_t steps, std::int64_t batch)
{
    const auto members = static_cast<std::int64_t>(bootstraps.size());
    auto indices = torch::empty({steps, members, batch}, torch::kInt64);
    auto* out = indices.data_ptr<std::int64_t>();
    for (std::int64_t m = 0; m < members; ++m) {
        const auto& rows = bootstraps[static_cast<std::size_t>(m)];
        auto random = key.draws(Purpose::minibatch, first_member + static_cast<int>(m));
        for (std::int64_t s = 0; s < steps; ++s) {
            for (std::int64_t b = 0; b < batch; ++b) out[(s * members + m) * batch + b] = rows[random.below(static_cast<std::uint32_t>(rows.size()))];
        }
    }
    return indices;
}

/// AdamW on the mean squared error, learning rate falling linearly to zero. A block of members is one batch, and each member's gradient its own.
std::vector<Member> train_mlp(const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key, const MlpOptions& options)
{
    const torch::NoGradGuard no_gradients;
    const auto members = static_cast<std::int64_t>(bootstraps.size());
    const auto x = as_tensor(data.x, {data.count(), data.columns});
    const auto y = as_tensor(data.y, {data.count(), data.targets}).to(torch::kFloat32);
    const auto sizes = layer_sizes(data, options.width);
    const auto layers = random_layers(sizes, members, first_member, key, linear_bound);
    const auto gradient = layers_of(torch::empty_like(layers.table), sizes);
    Adam adam(layers.table);
    const auto minibatches = draw_minibatches(bootstraps, first_member, key, options.steps, options.batch);
    for (std::int64_t step = 0; step < options.steps && !stop_requested(); ++step) {
        const double rate = options.learning_rate * (1 - static_cast<double>(step) / static_cast<double>(options.steps));
        const auto rows = minibatches[step].reshape({-1});
        const auto inputs = forward(layers, x.index_select(0, rows).reshape({members, options.batch, data.columns}), Activation::relu);
        const auto y_b = y.index_select(0, rows).reshape({members, options.batch, data.targets});
        backward(layers, inputs, (inputs.back() - y_b).mul_(2.0 / static_cast<double>(options.batch * data.targets)), Activation::relu, gradient);
        layers.table.mul_(1 - rate * options.weight_decay);
        adam.step(layers.table, gradient.table, rate);
    }
    return to_members(layers.table);
}

const FamilyRegistration mlp{
    "mlp-ensemble",
    "bootstrap ensemble of multilayer perceptrons with two hidden layers",
    {
        whole("width", 64).at_least(1).at_most(4096).help("units of a hidden layer"),
        whole("steps", 300).at_least(1).help("gradient steps"),
        whole("minibatch", 32).at_least(1).at_most(65536).help("labelled rows in a gradient step"),
        real("learning_rate", 3e-3).above(0).help("of AdamW, falling linearly to zero"),
        real("weight_decay", 1e-2).at_least(0).help("of AdamW, decoupled"),
    },
    [](const Options& o) {
        const MlpOptions options{o.whole("width"), o.whole("steps"), o.whole("minibatch"), o.real("learning_rate"), o.real("weight_decay")};
        return Family{
            .train = [options](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member,
                               const FitKey& key) { return train_mlp(data, bootstraps, first_member, key, options); },
            .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) {
                return perceptron_predictor(members, layer_sizes(data, options.width), Activation::relu, place);
            },
            .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members) * perceptron_flops(layer_sizes(data, options.width)); },
        };
    }};

}  // namespace

}  // namespace sluice::models
