#include "models/networks/output_change.hpp"

#include <cmath>
#include <memory>

namespace sluice::models {

namespace {

/// A network in prediction.
struct Fixed {
    std::vector<torch::Tensor> weight, bias;               ///< [in, out], [1, out]
    std::vector<torch::Tensor> mean, factor, scale, shift; ///< per hidden layer [1, out]; factor: 1 / sqrt(variance + epsilon)

    std::size_t hidden_layers() const { return mean.size(); }
};

/// Rows on their way through it.
struct Trace {
    std::vector<torch::Tensor> input;       ///< of each layer
    std::vector<torch::Tensor> normalised;  ///< per hidden layer
    torch::Tensor output;
};

/// Derivatives of a weighted sum of outputs, layer by layer; of those that are looked at, the others are empty.
struct Derivatives {
    std::vector<torch::Tensor> linear;  ///< by a layer's linear output
    std::vector<torch::Tensor> shift;   ///< by a hidden layer's shift, row by row
    std::vector<torch::Tensor> scale;
};

Fixed fix(const Member& network, const NormalisedShape& shape)
{
    const auto net = network_of(shape, as_tensor(network, {shape.length()}));
    Fixed fixed;
    for (std::size_t l = 0; l < net.weight.size(); ++l) {
        fixed.weight.push_back(net.weight[l].clone());
        fixed.bias.push_back(net.bias[l].clone());
        if (l == net.hidden_layers()) break;
        const auto row = [&](float* values) { return torch::from_blob(values, {1, shape.sizes[l + 1]}).clone(); };
        fixed.mean.push_back(row(net.mean[l]));
        fixed.factor.push_back((row(net.variance[l]) + normalisation_epsilon).rsqrt());
        fixed.scale.push_back(row(net.scale[l]));
        fixed.shift.push_back(row(net.shift[l]));
    }
    return fixed;
}

Trace trace(const Fixed& net, const torch::Tensor& x)
{
    Trace t{{x}, {}, {}};
    for (std::size_t l = 0; l < net.hidden_layers(); ++l) {
        t.normalised.push_back((torch::addmm(net.bias[l], t.input.back(), net.weight[l]) - net.mean[l]) * net.factor[l]);
        t.input.push_back(torch::relu(t.normalised.back() * net.scale[l] + net.shift[l]));
    }
    t.output = torch::addmm(net.bias.back(), t.input.back(), net.weight.back());
    return t;
}

/// \param by_output  [rows, targets]  \param first_layer  from which on they are wanted
Derivatives differentiate(const Fixed& net, const Trace& t, const torch::Tensor& by_output, std::size_t first_layer)
{
    const auto layers = net.weight.size();
    Derivatives d{std::vector<torch::Tensor>(layers), std::vector<torch::Tensor>(layers), std::vector<torch::Tensor>(layers)};
    d.linear.back() = by_output;
    for (std::size_t l = layers - 1; l-- > first_layer;) {
        d.shift[l] = torch::mm(d.linear[l + 1], net.weight[l + 1].t()) * (t.input[l + 1] > 0);
        d.scale[l] = d.shift[l] * t.normalised[l];
        d.linear[l] = d.shift[l] * net.scale[l] * net.factor[l];
    }
    return d;
}

std::size_t first_looked_at(const NormalisedShape& shape, std::int64_t most)
{
    const auto& sizes = shape.sizes;
    std::size_t first = sizes.size() - 2;
    std::int64_t parameters = (sizes[first] + 1) * sizes[first + 1];
    while (first > 0) {
        parameters += (sizes[first - 1] + 1) * sizes[first] + 2 * sizes[first];
        if (parameters > most) break;
        --first;
    }
    return first;
}

struct Change {
    Fixed net;
    std::size_t first_layer;
    torch::Tensor pseudo_label;           ///< [1, targets]
    std::int64_t references;
    Trace at_references;
    std::vector<Derivatives> of_outputs;  ///< per target, at the references

    /// \param x  [rows, columns]  \return  [rows]
    torch::Tensor of(const torch::Tensor& x) const
    {
        const auto here = trace(net, x);
        const auto targets = here.output.size(1);
        const auto learned = differentiate(net, here, (here.output - pseudo_label) * (2.0 / static_cast<double>(targets)), first_layer);
        std::vector<torch::Tensor> alike(net.weight.size());  // [rows, references]
        for (std::size_t l = first_layer; l < alike.size(); ++l) alike[l] = torch::mm(here.input[l], at_references.input[l].t()) + 1;
        auto total = torch::zeros({x.size(0)});
        for (const auto& output : of_outputs) {
            auto change = torch::zeros({x.size(0), references});
            for (std::size_t l = first_layer; l < alike.size(); ++l) {
                change.addcmul_(alike[l], torch::mm(learned.linear[l], output.linear[l].t()));
                if (l == net.hidden_layers()) continue;
                change.addmm_(learned.shift[l], output.shift[l].t());
                change.addmm_(learned.scale[l], output.scale[l].t());
            }
            total += change.abs_().sum(1);
        }
        return total / static_cast<double>(references);
    }
};

}  // namespace

RowScore expected_output_change(const Member& network, const NormalisedShape& shape, const ChangeBasis& basis, std::int64_t most)
{
    const torch::NoGradGuard no_gradients;
    const auto columns = shape.sizes.front(), targets = shape.sizes.back();
    const auto references = static_cast<std::int64_t>(basis.reference.size()) / columns;
    auto change = std::make_shared<Change>();
    change->net = fix(network, shape);
    change->first_layer = first_looked_at(shape, most);
    change->pseudo_label = as_tensor(basis.pseudo_label, {1, targets}).to(torch::kFloat32);
    change->references = references;
    change->at_references = trace(change->net, as_tensor(basis.reference, {references, columns}).clone());
    for (std::int64_t t = 0; t < targets; ++t) {
        auto one = torch::zeros({references, targets});
        one.select(1, t).fill_(1);
        change->of_outputs.push_back(differentiate(change->net, change->at_references, one, change->first_layer));
    }
    return [change, columns](const float* features, std::int64_t rows, double* out) {
        const torch::NoGradGuard no_gradients_here;
        const auto said = change->of(from_features(features, rows, columns));
        std::copy_n(said.data_ptr<float>(), rows, out);
    };
}

}  // namespace sluice::models
