#include "models/mc_dropout.hpp"

#include "base/signals.hpp"
#include "models/mlp_layers.hpp"
#include "models/plateau.hpp"
#include "models/predictions.hpp"

#include <cmath>

namespace sluice::models {

namespace {

struct DropoutOptions {
    std::int64_t width, depth, passes, epochs;
    double dropout, learning_rate, l2;

    std::vector<std::int64_t> layers(const TrainingSet& data) const
    {
        std::vector<std::int64_t> sizes = {data.columns};
        sizes.insert(sizes.end(), static_cast<std::size_t>(depth), width);
        sizes.push_back(data.targets);
        return sizes;
    }
    std::int64_t hidden() const { return width * depth; }
};

/// As torch.nn.Linear begins.
double linear_bound(double in, double)
{
    return 1 / std::sqrt(in);
}

/// Which units are kept: 1 / (1 - dropout) for a kept one, so that sums keep their mean, and 0 for one left out.
void draw_mask(RandomStream& random, double dropout, float* mask, std::int64_t count)
{
    constexpr double halves = 65536;  // two units from each 32 random bits
    const auto threshold = static_cast<std::uint32_t>(std::lround(dropout * halves));
    const auto kept = static_cast<float>(1 / (1 - dropout));
    std::uint32_t bits = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        bits = i % 2 == 0 ? random.bits() : bits >> 16;
        mask[i] = (bits & 0xFFFF) < threshold ? 0 : kept;
    }
}

/// One network, by Adam on the mean squared error over all rows at once; the penalty is part of the gradient.
/// \return  [1, parameters]
torch::Tensor train_network(const TrainingSet& data, int member, const FitKey& key, const DropoutOptions& options)
{
    const auto sizes = options.layers(data);
    const auto x = as_tensor(data.x, {1, data.count(), data.columns}), y = as_tensor(data.y, {1, data.count(), data.targets}).to(torch::kFloat32);
    const auto layers = random_layers(sizes, 1, member, key, linear_bound);
    const auto gradient = layers_of(torch::empty_like(layers.table), sizes);
    auto random = key.draws(Purpose::dropout, member);
    Adam adam(layers.table);
    Plateau plateau{options.learning_rate};
    for (std::int64_t epoch = 0; epoch < options.epochs && !stop_requested(); ++epoch) {
        std::vector<torch::Tensor> inputs = {x}, masks;
        for (std::size_t l = 0; l < layers.count(); ++l) {
            const auto sum = torch::baddbmm(layers.biases[l], inputs.back(), layers.weights[l]);
            if (l + 1 == layers.count()) {
                inputs.push_back(sum);
                break;
            }
            masks.push_back(torch::empty_like(sum));
            draw_mask(random, options.dropout, masks.back().data_ptr<float>(), sum.numel());
            inputs.push_back(sum.relu().mul_(masks.back()));
        }
        auto derivative = inputs.back() - y;
        const double loss = derivative.square().mean().item<double>();
        derivative.mul_(2.0 / static_cast<double>(data.count() * data.targets));
        for (std::size_t l = layers.count(); l-- > 0;) {
            gradient.weights[l].copy_(torch::bmm(inputs[l].transpose(1, 2), derivative));
            gradient.biases[l].copy_(derivative.sum(1, true));
            if (l > 0) derivative = torch::bmm(derivative, layers.weights[l].transpose(1, 2)).mul_(inputs[l] > 0).mul_(masks[l - 1]);
        }
        gradient.table.add_(layers.table, options.l2);
        adam.step(layers.table, gradient.table, plateau.rate);
        plateau.look(loss);
    }
    return layers.table;
}

/// A member: a network's parameters, then what each pass keeps of its hidden units [passes, depth x width].
std::vector<Member> train(const TrainingSet& data, std::size_t members, int first_member, const FitKey& key, const DropoutOptions& options)
{
    const torch::NoGradGuard no_gradients;
    std::vector<Member> trained;
    for (int m = first_member; m < first_member + static_cast<int>(members); ++m) {
        auto network = to_members(train_network(data, m, key, options))[0];
        std::vector<float> masks(static_cast<std::size_t>(options.passes * options.hidden()));
        auto random = key.draws(Purpose::dropout_passes, m);
        draw_mask(random, options.dropout, masks.data(), static_cast<std::int64_t>(masks.size()));
        network.insert(network.end(), masks.begin(), masks.end());
        trained.push_back(std::move(network));
    }
    return trained;
}

/// The network of every pass: what comes from a unit that is left out counts nothing.
std::vector<Member> thinned_networks(const std::vector<Member>& members, const std::vector<std::int64_t>& sizes, const DropoutOptions& options)
{
    std::vector<Member> thinned;
    const auto parameters = static_cast<std::ptrdiff_t>(parameters_of(sizes));
    for (const auto& member : members) {
        const float* mask = member.data() + parameters;
        for (std::int64_t pass = 0; pass < options.passes; ++pass) {
            Member network(member.begin(), member.begin() + parameters);
            float* weight = network.data() + (sizes[0] + 1) * sizes[1];
            for (std::size_t l = 1; l + 1 < sizes.size(); ++l) {
                for (std::int64_t unit = 0; unit < sizes[l]; ++unit, ++mask) {
                    for (std::int64_t o = 0; o < sizes[l + 1]; ++o) *weight++ *= *mask;
                }
                weight += sizes[l + 1];  // biases
            }
            thinned.push_back(std::move(network));
        }
    }
    return thinned;
}

Predict predict_moments(const std::vector<Member>& members, const TrainingSet& data, const DropoutOptions& options)
{
    const auto sizes = options.layers(data);
    const auto passes = perceptron_predictor(thinned_networks(members, sizes, options), sizes, Activation::relu, parallel::Place::host);
    const auto count = members.size() * static_cast<std::size_t>(options.passes), targets = static_cast<std::size_t>(data.targets);
    return [=](const float* features, std::int64_t rows, float* out) {
        thread_local std::vector<float> said;
        said.resize(static_cast<std::size_t>(rows) * count * targets);
        passes(features, rows, said.data());
        const Predictions::View all(said.data(), static_cast<std::size_t>(rows), count, targets);
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::size_t t = 0; t < targets; ++t) {
                const auto over_passes = moments(all, i, static_cast<int>(t));
                out[(static_cast<std::size_t>(2 * i)) * targets + t] = static_cast<float>(over_passes.mean);
                out[(static_cast<std::size_t>(2 * i) + 1) * targets + t] = static_cast<float>(over_passes.variance);
            }
        }
    };
}

const FamilyRegistration registration{"mc-dropout", "perceptrons with dropout, unsure by how much they say changes with the units left out (Monte Carlo dropout)", mc_dropout_options(),
                                      mc_dropout};

}  // namespace

std::vector<OptionSpec> mc_dropout_options()
{
    return {
        whole("width", 64).at_least(1).at_most(4096).help("units of a hidden layer"),
        whole("depth", 2).at_least(1).at_most(16).help("hidden layers"),
        real("dropout", 0.5).above(0).at_most(0.95).help("share of hidden units left out in a pass"),
        whole("passes", 25).at_least(2).at_most(1000).help("draws of the units left out, over which mean and variance are taken"),
        whole("epochs", 500).at_least(1).help("gradient steps, each on all labelled rows"),
        real("learning_rate", 1e-3).above(0).help("of Adam; times 0.8 whenever the loss has not fallen for more than 10 steps"),
        real("l2", 1e-4).at_least(0).help("penalty on half the squared parameters, part of the gradient"),
    };
}

Family mc_dropout(const Options& o)
{
    const DropoutOptions options{o.whole("width"), o.whole("depth"), o.whole("passes"), o.whole("epochs"), o.real("dropout"), o.real("learning_rate"), o.real("l2")};
    return {
        .train = [options](const TrainingSet& data, std::span<const Bootstrap> members, int first_member, const FitKey& key) { return train(data, members.size(), first_member, key, options); },
        .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place) { return predict_moments(members, data, options); },
        .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members * options.passes) * perceptron_flops(options.layers(data)); },
        .form = Form::moments,
    };
}

}  // namespace sluice::models
