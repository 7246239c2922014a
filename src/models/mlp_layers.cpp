#include "models/mlp_layers.hpp"

#include "base/elementary.hpp"
#include "base/wide_vectors.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::models {

using namespace torch::indexing;

Layers layers_of(const torch::Tensor& table, const std::vector<std::int64_t>& sizes)
{
    const auto members = table.size(0);
    Layers layers{table, {}, {}};
    std::int64_t at = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        const auto in = sizes[l], out = sizes[l + 1];
        layers.weights.push_back(table.index({Slice(), Slice(at, at + in * out)}).view({members, in, out}));
        layers.biases.push_back(table.index({Slice(), Slice(at + in * out, at + in * out + out)}).view({members, 1, out}));
        at += in * out + out;
    }
    return layers;
}

std::int64_t parameters_of(const std::vector<std::int64_t>& sizes)
{
    std::int64_t parameters = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) parameters += (sizes[l] + 1) * sizes[l + 1];
    return parameters;
}

Layers random_layers(const std::vector<std::int64_t>& sizes, std::int64_t members, int first_member, const FitKey& key, double (*bound)(double in, double out))
{
    const auto table = torch::empty({members, parameters_of(sizes)});
    for (std::int64_t m = 0; m < members; ++m) {
        auto random = key.draws(Purpose::weight_init, first_member + static_cast<int>(m));
        auto* values = table[m].data_ptr<float>();
        for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
            const double width = bound(static_cast<double>(sizes[l]), static_cast<double>(sizes[l + 1]));
            for (std::int64_t i = 0; i < (sizes[l] + 1) * sizes[l + 1]; ++i) *values++ = static_cast<float>(width * (2 * random.uniform() - 1));
        }
    }
    return layers_of(table, sizes);
}

torch::Tensor activate(const torch::Tensor& x, Activation activation)
{
    return activation == Activation::relu ? torch::relu(x) : torch::tanh(x);
}

std::vector<torch::Tensor> forward(const Layers& layers, const torch::Tensor& x, Activation activation)
{
    std::vector<torch::Tensor> inputs = {x};
    for (std::size_t l = 0; l < layers.count(); ++l) {
        const auto sum = torch::baddbmm(layers.biases[l], inputs.back(), layers.weights[l]);
        inputs.push_back(l + 1 < layers.count() ? activate(sum, activation) : sum);
    }
    return inputs;
}

void backward(const Layers& layers, const std::vector<torch::Tensor>& inputs, torch::Tensor derivative, Activation activation, const Layers& gradient)
{
    for (std::size_t l = layers.count(); l-- > 0;) {
        gradient.weights[l].copy_(torch::bmm(inputs[l].transpose(1, 2), derivative));
        gradient.biases[l].copy_(derivative.sum(1, true));
        if (l == 0) return;
        derivative = torch::bmm(derivative, layers.weights[l].transpose(1, 2));
        if (activation == Activation::relu) derivative.mul_(inputs[l] > 0);
        else derivative.mul_(1 - inputs[l].square());
    }
}

void Adam::step(const torch::Tensor& table, const torch::Tensor& gradient, double rate)
{
    constexpr double keep_mean = 0.9, keep_square = 0.999, epsilon = 1e-8;
    ++steps;
    mean.lerp_(gradient, 1 - keep_mean);
    square.mul_(keep_square).addcmul_(gradient, gradient, 1 - keep_square);
    const double mean_bias = 1 - std::pow(keep_mean, steps), square_bias = 1 - std::pow(keep_square, steps);
    const auto scale = square.sqrt().div_(std::sqrt(square_bias)).add_(epsilon);
    table.addcdiv_(mean, scale, -rate / mean_bias);
}

namespace {

/// Two and a half times as fast as Torch's, to 2e-7.
inline void tanh_in_place(float* values, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) values[i] = elementary::tanh(values[i]);
}

SLUICE_WIDE_VECTORS void tanh_in_place_wide(float* values, std::int64_t count)
{
    tanh_in_place(values, count);
}

}  // namespace

Predict perceptron_predictor(const std::vector<Member>& trained, const std::vector<std::int64_t>& sizes, Activation activation, parallel::Place place)
{
    constexpr std::int64_t cached_rows = 512;  // a block's features and one member's units stay in the second-level cache
    const auto layers = layers_of(stack_members(trained).to(torch_device(place)), sizes);
    const auto members = layers.table.size(0), columns = sizes.front(), targets = sizes.back();
    std::vector<std::vector<torch::Tensor>> weights, biases;
    for (std::int64_t m = 0; m < members; ++m) {
        weights.emplace_back();
        biases.emplace_back();
        for (std::size_t l = 0; l < layers.count(); ++l) {
            weights.back().push_back(layers.weights[l][m].contiguous());
            biases.back().push_back(layers.biases[l][m].contiguous());
        }
    }
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        const auto result = view_at(out, {rows, members, targets}, place);
        const auto block_rows = place == parallel::Place::device ? rows : cached_rows;
        for (std::int64_t first = 0; first < rows; first += block_rows) {
            const auto count = std::min(block_rows, rows - first);
            const auto block = from_features(features + first * columns, count, columns, place);
            for (std::int64_t m = 0; m < members; ++m) {
                const auto& w = weights[static_cast<std::size_t>(m)];
                const auto& b = biases[static_cast<std::size_t>(m)];
                auto x = torch::addmm(b[0], block, w[0]);
                for (std::size_t l = 1; l < w.size(); ++l) {
                    if (activation == Activation::relu) x.relu_();
                    else if (place == parallel::Place::device) x.tanh_();
                    else (has_wide_vectors() ? tanh_in_place_wide : tanh_in_place)(x.data_ptr<float>(), x.numel());
                    x = torch::addmm(b[l], x, w[l]);
                }
                result.narrow(0, first, count).select(1, m).copy_(x);
            }
        }
    };
}

double perceptron_flops(const std::vector<std::int64_t>& sizes)
{
    double products = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) products += static_cast<double>(sizes[l] * sizes[l + 1]);
    return 2 * products;
}

}  // namespace sluice::models
