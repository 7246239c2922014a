#include "base/random.hpp"
#include "base/signals.hpp"
#include "models/family.hpp"
#include "models/tensors.hpp"

#include <cmath>

namespace sluice::models {

namespace {

using namespace torch::indexing;

struct MlpOptions {
    std::int64_t width;
    std::int64_t steps;
    std::int64_t batch;
    double learning_rate;
    double weight_decay;
};

/// Two hidden layers of rectified units. Every tensor has the members in front, so that one operation serves all of them.
struct Layers {
    std::vector<torch::Tensor> weights;  ///< [members, in, out]
    std::vector<torch::Tensor> biases;   ///< [members, 1, out]

    std::vector<torch::Tensor> all() const
    {
        auto list = weights;
        list.insert(list.end(), biases.begin(), biases.end());
        return list;
    }
};

std::vector<std::int64_t> layer_sizes(std::int64_t columns, std::int64_t targets, std::int64_t width)
{
    return {columns, width, width, targets};
}

/// Weights and biases uniform in +-1/sqrt(in), as torch.nn.Linear has them, keyed by member.
Layers initial_layers(const std::vector<std::int64_t>& sizes, std::int64_t members, int first_member, const FitKey& key)
{
    Layers layers;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        layers.weights.push_back(torch::empty({members, sizes[l], sizes[l + 1]}));
        layers.biases.push_back(torch::empty({members, 1, sizes[l + 1]}));
    }
    for (std::int64_t m = 0; m < members; ++m) {
        auto random = key.draws(Purpose::weight_init, first_member + static_cast<int>(m));
        for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
            const double bound = 1 / std::sqrt(static_cast<double>(sizes[l]));
            for (const auto& tensor : {layers.weights[l][m], layers.biases[l][m]}) {
                auto* values = tensor.data_ptr<float>();
                for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = static_cast<float>(bound * (2 * random.uniform() - 1));
            }
        }
    }
    return layers;
}

/// \param x  [members, rows, columns]  \return [members, rows, targets]
torch::Tensor forward(const Layers& layers, torch::Tensor x)
{
    for (std::size_t l = 0; l < layers.weights.size(); ++l) {
        x = torch::baddbmm(layers.biases[l], x, layers.weights[l]);
        if (l + 1 < layers.weights.size()) x = torch::relu(x);
    }
    return x;
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

/// AdamW on the mean squared error, learning rate falling linearly to zero. A block of members is one graph; their losses add, so that each member's
/// gradient is its own.
/// \return  a member: each layer's weights [in, out] and biases [out]
std::vector<Member> train_mlp(const TrainingSet& data, std::span<const Bootstrap> bootstraps, int first_member, const FitKey& key, const MlpOptions& options)
{
    const auto members = static_cast<std::int64_t>(bootstraps.size());
    const auto x = as_tensor(data.x, {data.count(), data.columns});
    const auto y = as_tensor(data.y, {data.count(), data.targets}).to(torch::kFloat32);
    const auto layers = initial_layers(layer_sizes(data.columns, data.targets, options.width), members, first_member, key);
    for (auto& tensor : layers.all()) tensor.requires_grad_();
    torch::optim::AdamW optimiser(layers.all(), torch::optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
    auto& rate = static_cast<torch::optim::AdamWOptions&>(optimiser.param_groups()[0].options());
    const auto minibatches = draw_minibatches(bootstraps, first_member, key, options.steps, options.batch);
    for (std::int64_t step = 0; step < options.steps && !stop_requested(); ++step) {
        rate.lr(options.learning_rate * (1 - static_cast<double>(step) / static_cast<double>(options.steps)));
        const auto rows = minibatches[step].reshape({-1});
        const auto x_b = x.index_select(0, rows).reshape({members, options.batch, data.columns});
        const auto y_b = y.index_select(0, rows).reshape({members, options.batch, data.targets});
        optimiser.zero_grad();
        (forward(layers, x_b) - y_b).square().mean({1, 2}).sum().backward();
        optimiser.step();
    }
    const torch::NoGradGuard no_gradients;
    std::vector<torch::Tensor> parts;
    for (std::size_t l = 0; l < layers.weights.size(); ++l) {
        parts.push_back(layers.weights[l].reshape({members, -1}));
        parts.push_back(layers.biases[l].reshape({members, -1}));
    }
    return to_members(torch::cat(parts, 1));
}

/// The first layer, which has most of the work, is one matrix product for all members; the others are batched over members.
Predict mlp_predictor(const std::vector<Member>& trained, const TrainingSet& data, std::int64_t width)
{
    const auto table = stack_members(trained);
    const auto members = table.size(0), columns = data.columns, targets = data.targets;
    const auto sizes = layer_sizes(columns, targets, width);
    Layers layers;
    std::int64_t at = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        const auto in = sizes[l], out = sizes[l + 1];
        layers.weights.push_back(table.index({Slice(), Slice(at, at + in * out)}).reshape({members, in, out}).clone());
        layers.biases.push_back(table.index({Slice(), Slice(at + in * out, at + in * out + out)}).reshape({members, 1, out}).clone());
        at += in * out + out;
    }
    const auto first_weights = layers.weights[0].permute({1, 0, 2}).reshape({columns, members * width}).contiguous();
    const auto first_biases = layers.biases[0].reshape({members * width}).contiguous();
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        const auto hidden = torch::addmm(first_biases, from_features(features, rows, columns), first_weights).relu_();
        auto x = hidden.reshape({rows, members, width}).permute({1, 0, 2}).contiguous();
        x = torch::baddbmm(layers.biases[1], x, layers.weights[1]).relu_();
        x = torch::baddbmm(layers.biases[2], x, layers.weights[2]);
        torch::from_blob(out, {rows, members, targets}, torch::kFloat32).copy_(x.permute({1, 0, 2}));
    };
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
            .predictor = [options](const std::vector<Member>& members, const TrainingSet& data) { return mlp_predictor(members, data, options.width); },
            .flops_per_row =
                [options](std::int64_t columns, std::int64_t targets) {
                    return 2.0 * static_cast<double>(options.width * (columns + options.width + targets));
                },
        };
    }};

}  // namespace

}  // namespace sluice::models
