#include "models/mixture_density/network.hpp"

#include "models/mixture_density/gelu.hpp"

#include <cmath>

namespace sluice::models::mixture_density {

namespace {

/// From N(0, 1) cut off at two deviations.
double truncated_normal(RandomStream& random)
{
    for (;;) {
        if (const double draw = random.normal(); std::abs(draw) <= 2) return draw;
    }
}

}  // namespace

Layers initial_layers(const Shape& shape, std::int64_t members, int first_member, const FitKey& key)
{
    constexpr double deviation_when_cut = 0.87962566103423978;  // of N(0, 1) cut off at 2
    const auto sizes = shape.layers();
    const auto table = torch::zeros({members, shape.parameters()});
    for (std::int64_t m = 0; m < members; ++m) {
        auto random = key.draws(Purpose::weight_init, first_member + static_cast<int>(m));
        auto* values = table[m].data_ptr<float>();
        for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
            const double scale = std::sqrt(1 / static_cast<double>(sizes[l])) / deviation_when_cut;
            for (std::int64_t i = 0; i < sizes[l] * sizes[l + 1]; ++i) *values++ = static_cast<float>(scale * truncated_normal(random));
            values += sizes[l + 1];
        }
    }
    return layers_of(table, sizes);
}

Activations forward(const Shape& shape, const Layers& layers, const torch::Tensor& x)
{
    Activations result;
    result.inputs.push_back(x);
    for (std::size_t l = 0; l < layers.count(); ++l) {
        auto sum = torch::baddbmm(layers.biases[l], result.inputs.back(), layers.weights[l]);
        if (l + 1 == layers.count()) {
            result.outputs = sum;
            return result;
        }
        if (shape.is_activated(l)) {
            result.slopes.push_back(torch::empty_like(sum));
            gelu(sum.data_ptr<float>(), result.slopes.back().data_ptr<float>(), sum.numel());
        }
        result.inputs.push_back(sum);
    }
    return result;
}

void backward(const Shape& shape, const Layers& layers, const Activations& activations, torch::Tensor derivative, const Layers& gradient)
{
    for (std::size_t l = layers.count(); l-- > 0;) {
        auto weights = gradient.weights[l], biases = gradient.biases[l];
        torch::bmm_out(weights, activations.inputs[l].transpose(1, 2), derivative);
        torch::sum_out(biases, derivative, 1, true);
        if (l == 0) return;
        derivative = torch::bmm(derivative, layers.weights[l].transpose(1, 2));
        if (shape.is_activated(l - 1)) derivative.mul_(activations.slopes[l - 1]);
    }
}

}  // namespace sluice::models::mixture_density
