#include "models/networks/mc_dropout.hpp"

#include "base/signals.hpp"
#include "models/networks/class_probabilities.hpp"
#include "models/networks/cross_entropy.hpp"
#include "models/networks/mlp_layers.hpp"
#include "models/networks/plateau.hpp"
#include "models/predictions.hpp"

#include <cmath>

namespace sluice::models {

namespace {

struct DropoutOptions {
    std::int64_t width, depth, passes, epochs;
    double dropout, learning_rate, l2;
    bool classifies = false;

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

/// The loss over all rows and targets, or of classes over all rows. \param derivative  by what the network says; filled
double loss_of(const torch::Tensor& said, const torch::Tensor& y, bool classifies, torch::Tensor& derivative)
{
    if (classifies) {
        const double loss = cross_entropy(said, y, derivative).mean().item<double>();
        derivative.div_(static_cast<double>(y.size(1)));
        return loss;
    }
    derivative = said - y;
    const double loss = derivative.square().mean().item<double>();
    derivative.mul_(2.0 / static_cast<double>(y.numel()));
    return loss;
}

/// One network, by Adam on the mean squared error, or of classes the softmax cross-entropy, over all rows at once; the penalty is part of the gradient.
/// \return  [1, parameters]
torch::Tensor train_network(const TrainingSet& data, int member, const FitKey& key, const DropoutOptions& options)
{
    const auto sizes = options.layers(data);
    const auto x = as_tensor(data.x, {1, data.count(), data.columns}).clone(), y = as_tensor(data.y, {1, data.count(), data.targets}).to(torch::kFloat32);
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
        torch::Tensor derivative;
        const double loss = loss_of(inputs.back(), y, options.classifies, derivative);
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

DropoutOptions chosen(const Options& o, bool classifies)
{
    return {o.whole("width"), o.whole("depth"), o.whole("passes"), o.whole("epochs"), o.real("dropout"), o.real("learning_rate"), o.real("l2"), classifies};
}

/// What both kinds of network share; how they predict is their own.
Family trained_by(const DropoutOptions& options)
{
    return {
        .train = [options](const TrainingSet& data, std::span<const Bootstrap> members, int first_member, const FitKey& key) { return train(data, members.size(), first_member, key, options); },
        .predictor = {},
        .flops_per_row = [options](const TrainingSet& data, std::int64_t members) { return static_cast<double>(members * options.passes) * perceptron_flops(options.layers(data)); },
    };
}

/// Each pass is a member: scores of classes need what every one says.
Family mc_dropout_classifier(const Options& o)
{
    const auto options = chosen(o, true);
    auto family = trained_by(options);
    family.predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place) {
        const auto sizes = options.layers(data);
        const auto passes = thinned_networks(members, sizes, options);
        return class_probabilities(perceptron_predictor(passes, sizes, Activation::relu, parallel::Place::host), passes.size(), static_cast<std::size_t>(data.targets));
    };
    family.classifies = true;
    family.resamples = false;
    family.passes = static_cast<int>(options.passes);
    return family;
}

const FamilyRegistration registration{"mc-dropout", "perceptrons with dropout, unsure by how much they say changes with the units left out (Monte Carlo dropout)", mc_dropout_options(),
                                      mc_dropout};

const FamilyRegistration classifier{"mc-dropout-classifier", "perceptrons with dropout that say probabilities of classes, each pass others (Monte Carlo dropout); for goal = \"classify\"",
                                    mc_dropout_options(), mc_dropout_classifier};

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
    const auto options = chosen(o, false);
    auto family = trained_by(options);
    family.predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place) { return predict_moments(members, data, options); };
    family.form = Form::moments;
    return family;
}

}  // namespace sluice::models
