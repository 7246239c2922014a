#include "models/networks/normalised_layers.hpp"

#include "base/wide_vectors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::models {

std::int64_t NormalisedShape::hidden_units() const
{
    std::int64_t units = 0;
    for (std::size_t l = 1; l + 1 < sizes.size(); ++l) units += sizes[l];
    return units;
}

namespace {

NormalisedNet views_of(const NormalisedShape& shape, const torch::Tensor& list, bool has_averages)
{
    NormalisedNet net;
    const auto layers = layers_of(list.narrow(0, 0, parameters_of(shape.sizes)).unsqueeze(0), shape.sizes);
    for (std::size_t l = 0; l < layers.count(); ++l) {
        net.weight.push_back(layers.weights[l][0]);
        net.bias.push_back(layers.biases[l][0]);
    }
    float* at = list.data_ptr<float>() + parameters_of(shape.sizes);
    for (auto* part : {&net.scale, &net.shift, &net.mean, &net.variance}) {
        if (!has_averages && part == &net.mean) break;
        for (std::size_t l = 1; l + 1 < shape.sizes.size(); ++l) {
            part->push_back(at);
            at += shape.sizes[l];
        }
    }
    return net;
}

/// Sums over rows of numbers given by unit: rows a few at a time in single precision, these sums in double.
/// \param numbers  (entry of a row-major array, unit) -> S numbers, each of a sum of its own
template <std::size_t S, typename Numbers>
inline void sum_over_rows(std::int64_t rows, std::size_t units, std::array<std::vector<double>, S>& sums, const Numbers& numbers)
{
    constexpr std::int64_t together = 32;
    thread_local std::array<std::vector<float>, S> few;
    for (auto& list : sums) list.assign(units, 0.0);
    for (std::int64_t first = 0; first < rows; first += together) {
        std::array<float*, S> few_sums;
        for (std::size_t s = 0; s < S; ++s) {
            few[s].assign(units, 0.0F);
            few_sums[s] = few[s].data();
        }
        for (std::int64_t i = first; i < std::min(first + together, rows); ++i) {
            const auto row = static_cast<std::size_t>(i) * units;
            for (std::size_t u = 0; u < units; ++u) {
                const std::array<float, S> here = numbers(row + u, u);
                for (std::size_t s = 0; s < S; ++s) few_sums[s][u] += here[s];
            }
        }
        for (std::size_t s = 0; s < S; ++s) {
            for (std::size_t u = 0; u < units; ++u) sums[s][u] += static_cast<double>(few_sums[s][u]);
        }
    }
}

/// From a layer's linear output, in place of it, to what is normalised; and on, to the units' output.
inline void normalise(const NormalisedNet& net, std::size_t layer, Passage& passage)
{
    constexpr double new_share = 0.1;  // of the moving averages
    auto& linear = passage.normalised[layer];
    auto& factor = passage.factor[layer];
    const auto rows = linear.size(0);
    const auto units = static_cast<std::size_t>(linear.size(1));
    float* __restrict x = linear.data_ptr<float>();
    float* __restrict out = passage.input[layer + 1].data_ptr<float>();
    thread_local std::array<std::vector<double>, 1> sums;
    thread_local std::vector<float> means;
    means.resize(units);
    sum_over_rows(rows, units, sums, [x](std::size_t i, std::size_t) { return std::array{x[i]}; });
    for (std::size_t u = 0; u < units; ++u) means[u] = static_cast<float>(sums[0][u] / static_cast<double>(rows));
    const float* mean = means.data();
    sum_over_rows(rows, units, sums, [x, mean](std::size_t i, std::size_t u) { return std::array{(x[i] - mean[u]) * (x[i] - mean[u])}; });
    for (std::size_t u = 0; u < units; ++u) {
        const double square = sums[0][u], unbiased = square / static_cast<double>(std::max<std::int64_t>(rows - 1, 1));
        factor[u] = static_cast<float>(1 / std::sqrt(square / static_cast<double>(rows) + normalisation_epsilon));
        net.mean[layer][u] += static_cast<float>(new_share * (static_cast<double>(mean[u]) - static_cast<double>(net.mean[layer][u])));
        net.variance[layer][u] += static_cast<float>(new_share * (unbiased - static_cast<double>(net.variance[layer][u])));
    }
    const float *f = factor.data(), *scale = net.scale[layer], *shift = net.shift[layer];
    for (std::int64_t i = 0; i < rows; ++i, x += units, out += units) {
        for (std::size_t u = 0; u < units; ++u) {
            x[u] = (x[u] - mean[u]) * f[u];
            out[u] = std::max(scale[u] * x[u] + shift[u], 0.0F);
        }
    }
}

SLUICE_WIDE_VECTORS void normalise_wide(const NormalisedNet& net, std::size_t layer, Passage& passage)
{
    normalise(net, layer, passage);
}

/// The way back: from the derivative by the units' output, in place of it, to that by the linear output. The mean and variance of a batch depend on all its rows.
inline void undo_normalise(const NormalisedNet& net, std::size_t layer, const Passage& passage, const NormalisedNet& gradient)
{
    const auto rows = passage.rows;
    const auto units = passage.factor[layer].size();
    const float* __restrict x = passage.normalised[layer].data_ptr<float>();
    const float* __restrict out = passage.input[layer + 1].data_ptr<float>();
    const float* scale = net.scale[layer];
    float* __restrict d = passage.derivative[layer].data_ptr<float>();
    thread_local std::array<std::vector<double>, 2> sums;
    sum_over_rows(rows, units, sums, [d, out, x](std::size_t i, std::size_t) {
        const float by_shift = d[i], by_scale = by_shift * x[i];
        return out[i] > 0 ? std::array{by_shift, by_scale} : std::array{0.0F, 0.0F};
    });
    const auto& [by_shift, by_scale] = sums;
    thread_local std::vector<float> factors, means, slopes;
    factors.resize(units);
    means.resize(units);
    slopes.resize(units);
    for (std::size_t u = 0; u < units; ++u) {
        gradient.shift[layer][u] = static_cast<float>(by_shift[u]);
        gradient.scale[layer][u] = static_cast<float>(by_scale[u]);
        factors[u] = scale[u] * passage.factor[layer][u];
        means[u] = static_cast<float>(by_shift[u] / static_cast<double>(rows));
        slopes[u] = static_cast<float>(by_scale[u] / static_cast<double>(rows));
    }
    const float *factor = factors.data(), *mean = means.data(), *slope = slopes.data();
    for (std::int64_t i = 0; i < rows; ++i, x += units, out += units, d += units) {
        for (std::size_t u = 0; u < units; ++u) {
            const float here = d[u];
            d[u] = factor[u] * ((out[u] > 0 ? here : 0.0F) - mean[u] - x[u] * slope[u]);
        }
    }
}

SLUICE_WIDE_VECTORS void undo_normalise_wide(const NormalisedNet& net, std::size_t layer, const Passage& passage, const NormalisedNet& gradient)
{
    undo_normalise(net, layer, passage, gradient);
}

/// As torch.nn.Linear begins.
double linear_bound(double in, double)
{
    return 1 / std::sqrt(in);
}

}  // namespace

NormalisedNet network_of(const NormalisedShape& shape, const torch::Tensor& network)
{
    return views_of(shape, network, true);
}

NormalisedNet gradient_of(const NormalisedShape& shape, const torch::Tensor& gradient)
{
    return views_of(shape, gradient, false);
}

torch::Tensor random_networks(const NormalisedShape& shape, std::int64_t members, int first_member, const FitKey& key)
{
    const auto ones = torch::ones({members, shape.hidden_units()}), zeros = torch::zeros_like(ones);
    return torch::cat({random_layers(shape.sizes, members, first_member, key, linear_bound).table, ones, zeros, zeros, ones}, 1);
}

Passage::Passage(const NormalisedShape& shape, std::int64_t rows_) : rows(rows_), input(1)
{
    const auto& sizes = shape.sizes;
    for (std::size_t l = 1; l < sizes.size(); ++l) {
        derivative.push_back(torch::empty({rows, sizes[l]}));
        if (l + 1 == sizes.size()) break;
        input.push_back(torch::empty({rows, sizes[l]}));
        normalised.push_back(torch::empty({rows, sizes[l]}));
        factor.emplace_back(static_cast<std::size_t>(sizes[l]));
    }
    output = torch::empty({rows, sizes.back()});
}

void forward(const NormalisedNet& net, Passage& passage)
{
    for (std::size_t l = 0; l < net.hidden_layers(); ++l) {
        torch::addmm_out(passage.normalised[l], net.bias[l], passage.input[l], net.weight[l]);
        (has_wide_vectors() ? normalise_wide : normalise)(net, l, passage);
    }
    torch::addmm_out(passage.output, net.bias.back(), passage.input.back(), net.weight.back());
}

void backward(const NormalisedNet& net, Passage& passage, const NormalisedNet& gradient, const std::vector<torch::Tensor>& of_hidden)
{
    for (std::size_t l = net.weight.size(); l-- > 0;) {
        const auto& derivative = passage.derivative[l];
        auto by_weight = gradient.weight[l], by_bias = gradient.bias[l];
        torch::mm_out(by_weight, passage.input[l].t(), derivative);
        // A bias that is normalised away changes nothing: what its sum would give is rounding, which Adam would make steps of.
        if (l == net.hidden_layers()) torch::sum_out(by_bias, derivative, 0, true);
        else by_bias.zero_();
        if (l == 0) return;
        torch::mm_out(passage.derivative[l - 1], derivative, net.weight[l].t());
        if (!of_hidden.empty() && of_hidden[l - 1].defined()) passage.derivative[l - 1].add_(of_hidden[l - 1]);
        (has_wide_vectors() ? undo_normalise_wide : undo_normalise)(net, l - 1, passage, gradient);
    }
}

std::vector<Member> folded(const std::vector<Member>& networks, const NormalisedShape& shape)
{
    std::vector<Member> plain;
    for (const auto& network : networks) {
        const auto net = network_of(shape, as_tensor(network, {shape.length()}));
        Member member(network.begin(), network.begin() + static_cast<std::ptrdiff_t>(parameters_of(shape.sizes)));
        float* at = member.data();
        for (std::size_t l = 0; l < net.hidden_layers(); ++l) {
            const auto in = shape.sizes[l], out = shape.sizes[l + 1];
            float* bias = at + in * out;
            for (std::int64_t u = 0; u < out; ++u) {
                const double factor = static_cast<double>(net.scale[l][u]) / std::sqrt(static_cast<double>(net.variance[l][u]) + normalisation_epsilon);
                for (std::int64_t i = 0; i < in; ++i) at[i * out + u] = static_cast<float>(factor * static_cast<double>(at[i * out + u]));
                bias[u] = static_cast<float>(factor * (static_cast<double>(bias[u]) - static_cast<double>(net.mean[l][u])) + static_cast<double>(net.shift[l][u]));
            }
            at = bias + out;
        }
        plain.push_back(std::move(member));
    }
    return plain;
}

}  // namespace sluice::models
