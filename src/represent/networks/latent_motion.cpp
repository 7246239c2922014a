#include "represent/networks/latent_motion.hpp"

#include "represent/networks/differentiable.hpp"

#include <torch/autograd.h>

namespace sluice::represent {

namespace {

/// Values and their time derivatives.
struct Moving {
    Tensor value;
    Tensor rate;
};

/// Forward mode: the network's outputs and their derivatives along the inputs'.
Moving forward(const Net& net, Moving moving, Activation activation)
{
    for (std::size_t l = 0; l < net.weights.size(); ++l) {
        moving = {torch::addmm(net.biases[l], moving.value, net.weights[l]), torch::mm(moving.rate, net.weights[l])};
        if (l + 1 == net.weights.size()) break;
        const auto slope = activation == Activation::elu ? moving.value.clamp_max(0).exp() : (moving.value > 0).to(moving.value.scalar_type());
        moving = {activation == Activation::elu ? torch::elu(moving.value) : torch::relu(moving.value), moving.rate * slope};
    }
    return moving;
}

/// Calls use(factors) for each monomial, of which factors are the units, in ascending order.
template <typename Use>
void for_each_monomial(std::int64_t units, const Use& use)
{
    using Factors = std::vector<std::int64_t>;
    for (std::int64_t i = 0; i < units; ++i) use(Factors{i});
    for (std::int64_t i = 0; i < units; ++i) {
        for (std::int64_t j = i; j < units; ++j) use(Factors{i, j});
    }
    for (std::int64_t i = 0; i < units; ++i) {
        for (std::int64_t j = i; j < units; ++j) {
            for (std::int64_t k = j; k < units; ++k) use(Factors{i, j, k});
        }
    }
}

/// Theta [rows, terms]
Tensor library(const Tensor& z)
{
    std::vector<Tensor> terms;
    for_each_monomial(z.size(1), [&](const auto& factors) {
        auto product = z.select(1, factors[0]);
        for (std::size_t f = 1; f < factors.size(); ++f) product = product * z.select(1, factors[f]);
        terms.push_back(product);
    });
    return torch::cat({torch::stack(terms, 1), torch::sin(z)}, 1);
}

/// Least squares in float64. The terms are nearly collinear, z and sin z above all: columns are scaled, and the normal equations get 1e-10 of their trace.
/// \return  Xi [terms, units]
Tensor fitted(const Tensor& terms, const Tensor& z_rate)
{
    const auto scale = (terms.square().mean(0) + 1e-24).sqrt();
    const auto scaled = terms / scale;
    const auto normal = scaled.t().mm(scaled);
    const auto damped = normal + 1e-10 * normal.trace() * torch::eye(normal.size(0), normal.options().requires_grad(false));
    const auto factor = std::get<0>(torch::linalg_cholesky_ex(damped));  // of numbers that are none it makes such ones, which the caller sees
    return torch::cholesky_solve(scaled.t().mm(z_rate), factor) / scale.unsqueeze(1);
}

}  // namespace

std::int64_t motion_terms(std::int64_t units)
{
    return 2 * units + units * (units + 1) / 2 + units * (units + 1) * (units + 2) / 6;
}

std::vector<std::string> motion_term_names(std::int64_t units)
{
    std::vector<std::string> names;
    for_each_monomial(units, [&](const auto& factors) {
        std::string name;
        for (std::size_t f = 0; f < factors.size();) {
            std::size_t power = 1;
            while (f + power < factors.size() && factors[f + power] == factors[f]) ++power;
            name += (name.empty() ? "z" : " z") + std::to_string(factors[f]) + (power > 1 ? "^" + std::to_string(power) : "");
            f += power;
        }
        names.push_back(name);
    });
    for (std::int64_t u = 0; u < units; ++u) names.push_back("sin z" + std::to_string(u));
    return names;
}

Tensor motion_energy(const Architecture& shape, const Tensor& encoder, const Tensor& decoder, const Tensor& x, const Tensor& rate)
{
    const auto code = forward(views(encoder, shape.encoder_layers()), {x, rate}, shape.activation);
    const auto terms = library(code.value.to(torch::kFloat64));
    const auto z_rate = terms.mm(fitted(terms, code.rate.to(torch::kFloat64))).to(code.value.scalar_type());
    const auto back = forward(views(decoder, shape.decoder_layers()), {code.value, z_rate}, shape.activation);
    return (back.value - x).square().mean() + shape.rate_weight * (back.rate - rate).square().mean();
}

template <typename Real>
double motion_energy_and_gradient(const Architecture& shape, const Real* encoder, const Real* decoder, const MovingRows<Real>& rows, Real* encoder_gradient,
                                  Real* decoder_gradient)
{
    Tensor encoder_leaf = over(encoder, {shape.encoder_parameters()}), decoder_leaf = over(decoder, {shape.decoder_parameters()});
    std::vector<Tensor> leaves;
    if (encoder_gradient != nullptr) leaves.push_back(encoder_leaf.requires_grad_(true));
    if (decoder_gradient != nullptr) leaves.push_back(decoder_leaf.requires_grad_(true));
    const Tensor energy = motion_energy(shape, encoder_leaf, decoder_leaf, over(rows.x, {rows.rows, shape.columns}), over(rows.rate, {rows.rows, shape.columns}));
    if (leaves.empty()) return energy.item<double>();
    const std::vector<Tensor> gradients = torch::autograd::grad({energy}, leaves);
    std::size_t at = 0;
    for (auto* out : {encoder_gradient, decoder_gradient}) {
        if (out == nullptr) continue;
        std::copy_n(gradients[at].contiguous().data_ptr<Real>(), gradients[at].numel(), out);
        ++at;
    }
    return energy.item<double>();
}

template <typename Real>
void encode_moving(const Architecture& shape, const Real* encoder, const MovingRows<Real>& rows, Real* z, Real* z_rate)
{
    const torch::NoGradGuard no_gradients;
    const Moving code = forward(views(over(encoder, {shape.encoder_parameters()}), shape.encoder_layers()),
                              {over(rows.x, {rows.rows, shape.columns}), over(rows.rate, {rows.rows, shape.columns})}, shape.activation);
    std::copy_n(code.value.data_ptr<Real>(), code.value.numel(), z);
    std::copy_n(code.rate.data_ptr<Real>(), code.rate.numel(), z_rate);
}

template <typename Real>
void decode_moving(const Architecture& shape, const Real* decoder, const Real* z, const Real* z_rate, std::int64_t rows, Real* x, Real* x_rate)
{
    const torch::NoGradGuard no_gradients;
    const Moving back = forward(views(over(decoder, {shape.decoder_parameters()}), shape.decoder_layers()),
                                {over(z, {rows, shape.units}), over(z_rate, {rows, shape.units})}, shape.activation);
    std::copy_n(back.value.data_ptr<Real>(), back.value.numel(), x);
    std::copy_n(back.rate.data_ptr<Real>(), back.rate.numel(), x_rate);
}

FittedMotion fit_motion(const double* z, const double* z_rate, std::int64_t rows, std::int64_t units)
{
    const torch::NoGradGuard no_gradients;
    const auto terms = library(over(z, {rows, units}));
    const auto coefficients = fitted(terms, over(z_rate, {rows, units})).contiguous(), modelled = terms.mm(coefficients);
    const auto *c = coefficients.data_ptr<double>(), *m = modelled.data_ptr<double>();
    return {{c, c + coefficients.numel()}, {m, m + modelled.numel()}};
}

// Trainings are of float32 weights; derivatives are tested against differences in float64.
template double motion_energy_and_gradient(const Architecture&, const float*, const float*, const MovingRows<float>&, float*, float*);
template double motion_energy_and_gradient(const Architecture&, const double*, const double*, const MovingRows<double>&, double*, double*);
template void encode_moving(const Architecture&, const float*, const MovingRows<float>&, float*, float*);
template void encode_moving(const Architecture&, const double*, const MovingRows<double>&, double*, double*);
template void decode_moving(const Architecture&, const float*, const float*, const float*, std::int64_t, float*, float*);
template void decode_moving(const Architecture&, const double*, const double*, const double*, std::int64_t, double*, double*);

}  // namespace sluice::represent
