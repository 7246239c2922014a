#include "represent/networks/autoencoder.hpp"

#include "base/elementary.hpp"
#include "represent/networks/differentiable.hpp"
#include "represent/networks/latent_motion.hpp"

#include <torch/autograd.h>

#include <algorithm>
#include <cmath>

namespace sluice::represent {

namespace {

Net net_of(const float* parameters, const std::vector<Layer>& layers)
{
    return views(over(parameters, {parameters_of(layers)}), layers);
}

/// The input of each layer, then the output.
std::vector<Tensor> forward(const Net& net, const Tensor& x, Activation activation)
{
    std::vector<Tensor> values = {x};
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        auto sum = torch::addmm(net.biases[l], values.back(), net.weights[l]);
        if (l + 1 < net.weights.size()) activation == Activation::elu ? torch::elu_(sum) : torch::relu_(sum);
        values.push_back(sum);
    }
    return values;
}

/// Backpropagation: fills `gradient` where there is one, from the derivative by the output. \return  the derivative by the input, if wanted
Tensor backward(const Net& net, const std::vector<Tensor>& values, Tensor derivative, Activation activation, Net* gradient, bool wants_input)
{
    for (std::size_t l = net.weights.size(); l-- > 0;) {
        if (gradient != nullptr) {
            torch::mm_out(gradient->weights[l], values[l].t(), derivative);
            torch::sum_out(gradient->biases[l], derivative, 0);
        }
        if (l == 0 && !wants_input) return {};
        derivative = torch::mm(derivative, net.weights[l].t());
        if (l == 0) break;
        if (activation == Activation::elu) derivative.mul_(values[l].clamp_max(0).add_(1));  // elu' = elu + 1 below 0
        else derivative.mul_(values[l] > 0);
    }
    return derivative;
}

/// Replaces outputs by the derivative of the energy by them. \return  the energy
double squared_error(const Batch& batch, Tensor& outputs)
{
    const auto count = outputs.numel();
    const double scale = 1.0 / (static_cast<double>(batch.of_rows) * static_cast<double>(outputs.size(1)));
    auto* out = outputs.data_ptr<float>();
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const float gap = out[i] - batch.x[i];
        sum += static_cast<double>(gap) * static_cast<double>(gap);
        out[i] = gap * static_cast<float>(2 * scale);
    }
    return sum * scale;
}

double negative_log_likelihood(const Architecture& shape, const Batch& batch, Tensor& outputs)
{
    const auto count = outputs.numel();
    const double scale = 1.0 / static_cast<double>(batch.of_rows), precision = 1 / shape.noise_variance;
    auto* out = outputs.data_ptr<float>();
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const float x = batch.x[i];
        if (shape.likelihood == Likelihood::normal) {
            const float gap = out[i] - x;
            sum += 0.5 * precision * static_cast<double>(gap) * static_cast<double>(gap);
            out[i] = gap * static_cast<float>(precision * scale);
        } else {
            sum += static_cast<double>(elementary::softplus(out[i]) - x * out[i]);
            out[i] = (elementary::sigmoid(out[i]) - x) * static_cast<float>(scale);
        }
    }
    return sum * scale;
}

/// z = mean + exp(log variance / 2) noise. \param code  [rows, 2 units]: means, then log variances
Tensor draw_codes(const Architecture& shape, const Tensor& code, const float* noise)
{
    const auto rows = code.size(0), units = shape.units;
    auto z = torch::empty({rows, units});
    const auto* c = code.data_ptr<float>();
    auto* out = z.data_ptr<float>();
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t u = 0; u < units; ++u) out[i * units + u] = c[2 * i * units + u] + elementary::exp(0.5F * c[(2 * i + 1) * units + u]) * noise[i * units + u];
    }
    return z;
}

/// log q(z|x) - log p(z) of the drawn codes, summed over units, mean over rows; and the derivative by means and log variances, given that of the rest by z.
double divergence(const Architecture& shape, const Batch& batch, const Tensor& code, const Tensor& z, const Tensor& by_z, Tensor& by_code)
{
    const auto units = shape.units;
    const auto scale = 1.0F / static_cast<float>(batch.of_rows);
    const auto *c = code.data_ptr<float>(), *drawn = z.data_ptr<float>(), *d = by_z.data_ptr<float>();
    auto* out = by_code.data_ptr<float>();
    double sum = 0;
    for (std::int64_t i = 0; i < batch.rows; ++i) {
        for (std::int64_t u = 0; u < units; ++u) {
            const float log_variance = c[(2 * i + 1) * units + u], noise = batch.noise[i * units + u], value = drawn[i * units + u];
            sum += 0.5 * static_cast<double>(value * value - noise * noise - log_variance);
            const float by_value = d[i * units + u] + scale * value;
            out[2 * i * units + u] = by_value;
            out[(2 * i + 1) * units + u] = by_value * 0.5F * elementary::exp(0.5F * log_variance) * noise - 0.5F * scale;
        }
    }
    return sum / static_cast<double>(batch.of_rows);
}

/// Replaces outputs by the derivative of the energy by them, but for the code's divergence. \return  the energy
double misfit(const Architecture& shape, const Batch& batch, Tensor& outputs)
{
    return shape.is_variational ? negative_log_likelihood(shape, batch, outputs) : squared_error(batch, outputs);
}

/// As energy_and_gradient; both networks are differentiated by Torch, what is between and behind them by hand.
double convolutional_energy_and_gradient(const Architecture& shape, const float* encoder, const float* decoder, const Batch& batch, float* encoder_gradient,
                                         float* decoder_gradient)
{
    const bool is_wanted = encoder_gradient != nullptr || decoder_gradient != nullptr;
    const auto encoder_leaf = over(encoder, {shape.encoder_parameters()}).requires_grad_(is_wanted);
    const auto decoder_leaf = over(decoder, {shape.decoder_parameters()}).requires_grad_(is_wanted);
    const auto code = convolutional_codes(shape, encoder_leaf, over(batch.x, {batch.rows, shape.columns}));
    const auto values = code.detach();
    const auto z = (shape.is_variational ? draw_codes(shape, values, batch.noise) : values.clone()).requires_grad_(is_wanted);
    const auto images = convolutional_images(shape, decoder_leaf, z);
    auto outputs = images.detach().clone();
    double energy = misfit(shape, batch, outputs);
    auto by_code = torch::zeros_like(values);
    if (!is_wanted) {
        if (shape.is_variational) energy += divergence(shape, batch, values, z, torch::zeros_like(z), by_code);
        return energy;
    }
    const auto by_decoder = torch::autograd::grad({images}, {z, decoder_leaf}, {outputs});
    if (shape.is_variational) energy += divergence(shape, batch, values, z.detach(), by_decoder[0].contiguous(), by_code);
    else by_code = by_decoder[0];
    if (decoder_gradient != nullptr) std::copy_n(by_decoder[1].contiguous().data_ptr<float>(), by_decoder[1].numel(), decoder_gradient);
    if (encoder_gradient == nullptr) return energy;
    const auto by_encoder = torch::autograd::grad({code}, {encoder_leaf}, {by_code})[0].contiguous();
    std::copy_n(by_encoder.data_ptr<float>(), by_encoder.numel(), encoder_gradient);
    return energy;
}

}  // namespace

std::int64_t parameters_of(const std::vector<Layer>& layers)
{
    std::int64_t count = 0;
    for (const auto& layer : layers) count += layer.parameters();
    return count;
}

Net views(const Tensor& parameters, const std::vector<Layer>& layers)
{
    Net net;
    std::int64_t at = 0;
    for (const auto& layer : layers) {
        net.weights.push_back(parameters.narrow(0, at, layer.in * layer.out).view({layer.in, layer.out}));
        net.biases.push_back(parameters.narrow(0, at + layer.in * layer.out, layer.out));
        at += layer.parameters();
    }
    return net;
}

std::vector<Layer> Architecture::encoder_layers() const
{
    std::vector<Layer> layers;
    auto before = is_convolutional() ? image.channels : columns;
    for (const auto width : hidden) {
        layers.push_back({before, width});
        before = width;
    }
    auto height = image.height, width = image.width;
    for (const auto count : filters) {
        height = (height + 1) / 2;
        width = (width + 1) / 2;
        layers.push_back({before, count, Layer::Kind::convolution, 3, 2, height * width});
        before = count;
    }
    layers.push_back({is_convolutional() ? before * height * width : before, code_width()});
    return layers;
}

std::vector<Layer> Architecture::decoder_layers() const
{
    std::vector<Layer> layers;
    auto before = units;
    if (is_convolutional()) {
        const auto n = static_cast<std::int64_t>(decoder_filters.size());
        auto places = (image.height >> (2 * n)) * (image.width >> (2 * n));
        layers.push_back({units, places * decoder_filters[0]});
        before = decoder_filters[0];
        for (const auto count : decoder_filters) {
            layers.push_back({before, count, Layer::Kind::transposed, 5, 4, places});
            before = count;
            places *= 16;
        }
        layers.push_back({before, image.channels, Layer::Kind::transposed, 5, 1, places});
        return layers;
    }
    for (auto width = hidden.rbegin(); width != hidden.rend(); ++width) {
        layers.push_back({before, *width});
        before = *width;
    }
    layers.push_back({before, columns});
    return layers;
}

double Architecture::encoder_multiplications() const
{
    double sum = 0;
    for (const auto& layer : encoder_layers()) sum += static_cast<double>(layer.kernel * layer.kernel * layer.in * layer.out) * static_cast<double>(layer.places);
    return sum;
}

std::int64_t Architecture::encoder_parameters() const
{
    return parameters_of(encoder_layers());
}

std::int64_t Architecture::decoder_parameters() const
{
    return parameters_of(decoder_layers());
}

double energy_and_gradient(const Architecture& shape, const float* encoder, const float* decoder, const Batch& batch, float* encoder_gradient, float* decoder_gradient)
{
    if (shape.rate_weight > 0) return motion_energy_and_gradient<float>(shape, encoder, decoder, {batch.x, batch.rate, batch.rows}, encoder_gradient, decoder_gradient);
    if (shape.is_convolutional()) return convolutional_energy_and_gradient(shape, encoder, decoder, batch, encoder_gradient, decoder_gradient);
    const torch::NoGradGuard no_gradients;
    const auto encoder_net = net_of(encoder, shape.encoder_layers()), decoder_net = net_of(decoder, shape.decoder_layers());
    const auto encoder_values = forward(encoder_net, over(batch.x, {batch.rows, shape.columns}), shape.activation);
    const auto& code = encoder_values.back();
    const auto z = shape.is_variational ? draw_codes(shape, code, batch.noise) : code;
    auto decoder_values = forward(decoder_net, z, shape.activation);
    auto& outputs = decoder_values.back();
    double energy = misfit(shape, batch, outputs);

    auto by_decoder = decoder_gradient != nullptr ? net_of(decoder_gradient, shape.decoder_layers()) : Net();
    auto by_code = backward(decoder_net, decoder_values, outputs, shape.activation, decoder_gradient != nullptr ? &by_decoder : nullptr, true);
    if (shape.is_variational) {
        const auto by_z = by_code;
        by_code = torch::empty_like(code);
        energy += divergence(shape, batch, code, z, by_z, by_code);
    }
    if (encoder_gradient == nullptr) return energy;
    auto by_encoder = net_of(encoder_gradient, shape.encoder_layers());
    backward(encoder_net, encoder_values, by_code, shape.activation, &by_encoder, false);
    return energy;
}

void encode(const Architecture& shape, const float* encoder, const float* x, std::int64_t rows, float* z)
{
    const torch::NoGradGuard no_gradients;
    const auto inputs = over(x, {rows, shape.columns});
    const auto code = shape.is_convolutional() ? convolutional_codes(shape, over(encoder, {shape.encoder_parameters()}), inputs)
                                               : forward(net_of(encoder, shape.encoder_layers()), inputs, shape.activation).back();
    std::copy_n(code.data_ptr<float>(), code.numel(), z);
}

void decode(const Architecture& shape, const float* decoder, const float* z, std::int64_t rows, float* x)
{
    const torch::NoGradGuard no_gradients;
    const auto codes = over(z, {rows, shape.units});
    auto output = shape.is_convolutional() ? convolutional_images(shape, over(decoder, {shape.decoder_parameters()}), codes)
                                           : forward(net_of(decoder, shape.decoder_layers()), codes, shape.activation).back();
    if (shape.is_variational && shape.likelihood == Likelihood::bernoulli) output.sigmoid_();
    std::copy_n(output.data_ptr<float>(), output.numel(), x);
}

double largest_curvature(const Architecture& shape, const float* encoder, const float* decoder, const Batch& batch, std::uint64_t seed, int iterations)
{
    const auto parameters = over(encoder, {shape.encoder_parameters()}).clone().requires_grad_(true);
    const auto x = over(batch.x, {batch.rows, shape.columns});
    const auto squared_error = [&] {
        if (shape.is_convolutional()) {
            return (convolutional_images(shape, over(decoder, {shape.decoder_parameters()}), convolutional_codes(shape, parameters, x)) - x).square().mean();
        }
        const auto code = forward(views(parameters, shape.encoder_layers()), x, shape.activation).back();
        return (forward(net_of(decoder, shape.decoder_layers()), code, shape.activation).back() - x).square().mean();
    };
    const auto motion = [&] { return motion_energy(shape, parameters, over(decoder, {shape.decoder_parameters()}), x, over(batch.rate, {batch.rows, shape.columns})); };
    const auto energy = shape.rate_weight > 0 ? motion() : squared_error();
    const auto gradient = torch::autograd::grad({energy}, {parameters}, {}, true, true)[0];

    auto direction = torch::empty_like(parameters, torch::TensorOptions().requires_grad(false));
    RandomStream random(seed, Purpose::encoder_start, 1, 0);
    for (std::int64_t i = 0; i < direction.numel(); ++i) direction.data_ptr<float>()[i] = static_cast<float>(random.normal());
    double curvature = 0;
    for (int i = 0; i < iterations; ++i) {
        direction.div_(direction.norm());
        direction = torch::autograd::grad({gradient}, {parameters}, {direction}, true)[0].detach();
        curvature = direction.norm().item<double>();
        if (!(curvature > 0)) return 0;
    }
    return curvature;
}

void draw_parameters(const std::vector<Layer>& layers, RandomStream random, float* parameters)
{
    for (const auto& layer : layers) {
        const auto area = layer.kernel * layer.kernel;
        const double bound = std::sqrt(6.0 / static_cast<double>(area * (layer.in + layer.out)));
        for (std::int64_t i = 0; i < area * layer.in * layer.out; ++i) *parameters++ = static_cast<float>(bound * (2 * random.uniform() - 1));
        std::fill_n(parameters, layer.out, 0.0F);
        parameters += layer.out;
    }
}

}  // namespace sluice::represent
