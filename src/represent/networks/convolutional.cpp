#include "represent/networks/differentiable.hpp"

namespace sluice::represent {

namespace {

/// Weights and biases of a layer, taken from flat parameters at `at`, which moves on.
std::pair<Tensor, Tensor> taken(const Layer& layer, const Tensor& parameters, std::int64_t& at)
{
    const auto k = layer.kernel, weights = k * k * layer.in * layer.out;
    const std::vector<std::int64_t> shape = layer.kind == Layer::Kind::dense         ? std::vector{layer.in, layer.out}
                                            : layer.kind == Layer::Kind::convolution ? std::vector{layer.out, layer.in, k, k}
                                                                                     : std::vector{layer.in, layer.out, k, k};
    const auto first = at;
    at += weights + layer.out;
    return {parameters.narrow(0, first, weights).view(shape), parameters.narrow(0, first + weights, layer.out)};
}

/// Zeros before and after, so that ceil(size / stride) places come out: with an odd number of them the larger part is after, as in the reference framework.
std::pair<std::int64_t, std::int64_t> same_padding(std::int64_t size, const Layer& layer)
{
    const auto places = (size + layer.stride - 1) / layer.stride, all = std::max<std::int64_t>((places - 1) * layer.stride + layer.kernel - size, 0);
    return {all / 2, all - all / 2};
}

/// \param x  [rows, in, height, width]
Tensor convolved(const Layer& layer, const std::pair<Tensor, Tensor>& weights, const Tensor& x)
{
    const auto [top, bottom] = same_padding(x.size(2), layer);
    const auto [left, right] = same_padding(x.size(3), layer);
    return torch::conv2d(torch::constant_pad_nd(x, {left, right, top, bottom}), weights.first, weights.second, layer.stride);
}

/// The adjoint of a convolution with "same" padding from stride times the places.
Tensor spread(const Layer& layer, const std::pair<Tensor, Tensor>& weights, const Tensor& x)
{
    const auto full = torch::conv_transpose2d(x, weights.first, weights.second, layer.stride);
    const auto height = layer.stride * x.size(2), width = layer.stride * x.size(3);
    return full.narrow(2, same_padding(height, layer).first, height).narrow(3, same_padding(width, layer).first, width);
}

Tensor activated(const Tensor& x, Activation activation)
{
    return activation == Activation::elu ? torch::elu(x) : torch::relu(x);
}

}  // namespace

Tensor convolutional_codes(const Architecture& shape, const Tensor& parameters, const Tensor& x)
{
    auto values = x.view({x.size(0), shape.image.height, shape.image.width, shape.image.channels}).permute({0, 3, 1, 2}).contiguous();
    std::int64_t at = 0;
    for (const auto& layer : shape.encoder_layers()) {
        const auto weights = taken(layer, parameters, at);
        if (layer.kind == Layer::Kind::dense) return torch::addmm(weights.second, values.flatten(1), weights.first);
        values = activated(convolved(layer, weights, values), shape.activation);
    }
    return values;
}

Tensor convolutional_images(const Architecture& shape, const Tensor& parameters, const Tensor& z)
{
    const auto layers = shape.decoder_layers();
    const auto n = static_cast<std::int64_t>(shape.decoder_filters.size());
    std::int64_t at = 0;
    const auto dense = taken(layers[0], parameters, at);
    auto values = activated(torch::addmm(dense.second, z, dense.first), shape.activation)
                      .view({z.size(0), shape.decoder_filters[0], shape.image.height >> (2 * n), shape.image.width >> (2 * n)});
    for (std::size_t l = 1; l < layers.size(); ++l) {
        const bool is_logit = l + 1 == layers.size() && shape.is_variational && shape.likelihood == Likelihood::bernoulli;
        values = spread(layers[l], taken(layers[l], parameters, at), values);
        if (l + 1 == layers.size()) values = is_logit ? values : torch::relu(values);  // as published, at the output too
        else values = activated(values, shape.activation);
    }
    return values.permute({0, 2, 3, 1}).contiguous().view({z.size(0), shape.columns});
}

}  // namespace sluice::represent
