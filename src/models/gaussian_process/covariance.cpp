#include "models/gaussian_process/covariance.hpp"

#include <cmath>

namespace sluice::models {

namespace {

constexpr double jitter = 1e-10;  ///< of the diagonal

/// Derivatives of the covariances with respect to the logarithm of the length.
torch::Tensor covariance_by_log_length(Kernel kernel, const KernelParameters& p, const torch::Tensor& squares)
{
    if (kernel == Kernel::squared_exponential) return covariance(kernel, p, squares) * (squares / (p.length * p.length));
    const auto square = squares * (5 / (p.length * p.length)), r = torch::sqrt(square);
    return (square / 3 * (1 + r)).mul_(torch::exp(-r)).mul_(p.amplitude);
}

}  // namespace

LabelledPoints points_of(const TrainingSet& data)
{
    return {as_tensor(data.x, {data.count(), data.columns}).to(torch::kFloat64), as_tensor(data.y, {data.count(), data.targets}).clone()};
}

torch::Tensor squared_distances(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a.square().sum(1, true) + b.square().sum(1) - 2 * torch::mm(a, b.t())).clamp_min_(0);
}

torch::Tensor covariance(Kernel kernel, const KernelParameters& p, const torch::Tensor& squares)
{
    if (kernel == Kernel::squared_exponential) return torch::exp(squares * (-0.5 / (p.length * p.length))).mul_(p.amplitude);
    const auto r = torch::sqrt(squares * (5 / (p.length * p.length)));
    return (1 + r + r.square() / 3).mul_(torch::exp(-r)).mul_(p.amplitude);
}

double diagonal_of(const KernelParameters& p)
{
    return (p.amplitude + p.noise) * jitter + p.noise;
}

torch::Tensor factor(Kernel kernel, const KernelParameters& p, const torch::Tensor& squares)
{
    auto matrix = covariance(kernel, p, squares);
    matrix.diagonal().add_(diagonal_of(p));
    const auto [lower, info] = at::linalg_cholesky_ex(matrix);
    return info.item<int>() == 0 ? lower : torch::Tensor();
}

torch::Tensor solve_lower(const torch::Tensor& lower, const torch::Tensor& right)
{
    return at::linalg_solve_triangular(lower, right, false);
}

double likelihood(Kernel kernel, const KernelParameters& p, const torch::Tensor& squares, const torch::Tensor& y, std::array<double, 3>* gradient)
{
    const auto n = static_cast<double>(y.size(0)), targets = static_cast<double>(y.size(1));
    const auto lower = factor(kernel, p, squares);
    if (!lower.defined()) {
        if (gradient != nullptr) gradient->fill(0);
        return -INFINITY;
    }
    const auto alpha = torch::cholesky_solve(y, lower);
    const double fit = (y * alpha).sum().item<double>(), half_log_determinant = lower.diagonal().log().sum().item<double>();
    if (gradient != nullptr) {
        const auto slope = torch::mm(alpha, alpha.t()) - targets * torch::cholesky_inverse(lower);
        (*gradient)[0] = 0.5 * (slope * covariance(kernel, p, squares)).sum().item<double>();
        (*gradient)[1] = 0.5 * (slope * covariance_by_log_length(kernel, p, squares)).sum().item<double>();
        (*gradient)[2] = 0.5 * p.noise * slope.diagonal().sum().item<double>();
    }
    return -0.5 * fit - targets * (half_log_determinant + 0.5 * n * std::log(2 * M_PI));
}

double log_marginal_likelihood(Kernel kernel, const KernelParameters& parameters, const TrainingSet& data, std::array<double, 3>* gradient)
{
    const torch::NoGradGuard no_gradients;
    const auto points = points_of(data);
    return likelihood(kernel, parameters, squared_distances(points.x, points.x), points.y, gradient);
}

Member to_member(const KernelParameters& p, double likelihood)
{
    return {static_cast<float>(p.amplitude), static_cast<float>(p.length), static_cast<float>(p.noise), static_cast<float>(likelihood)};
}

KernelParameters parameters_of(const Member& member)
{
    return {static_cast<double>(member[0]), static_cast<double>(member[1]), static_cast<double>(member[2])};
}

}  // namespace sluice::models
