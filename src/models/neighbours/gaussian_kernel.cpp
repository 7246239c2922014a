#include "base/elementary.hpp"
#include "base/wide_vectors.hpp"
#include "models/family.hpp"
#include "models/tensors.hpp"
#include "parallel/aligned_floats.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::models {

namespace {

struct KernelOptions {
    double width;
    double noise;
};

/// Squared Euclidean distances between rows, float64 [rows of a, rows of b].
torch::Tensor squared_distances(const torch::Tensor& a, const torch::Tensor& b)
{
    const auto products = torch::mm(a, b.t());
    return (a.square().sum(1, true) + b.square().sum(1) - 2 * products).clamp_min_(0);
}

/// 1 / (2 l^2), with l the width times the median distance between labelled rows that are not alike.
double sharpness(const torch::Tensor& squares, double width)
{
    const auto apart = squares.masked_select(squares > 1e-12 * squares.max());
    const double median = apart.numel() > 0 ? apart.median().item<double>() : 1;
    return 1 / (2 * width * width * median);
}

/// Regularised least squares with a Gaussian kernel about the resample's mean: the posterior mean of a Gaussian process. A row that was drawn c times has
/// its noise divided by c.
/// \return  a member: coefficients [targets, labelled rows], 0 for rows that it has not drawn, then means [targets]
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equation 2.25.
Member train_member(const torch::Tensor& kernel, const torch::Tensor& y, const Bootstrap& bootstrap, double noise)
{
    auto times = torch::zeros({kernel.size(0)}, torch::kFloat64);
    for (const auto row : bootstrap) times[row] += 1;
    const auto drawn = times.nonzero().reshape({-1});
    const auto counts = times.index_select(0, drawn);
    const auto y_drawn = y.index_select(0, drawn);
    const auto mean = (y_drawn * counts.unsqueeze(1)).sum(0) / counts.sum();
    auto system = kernel.index_select(0, drawn).index_select(1, drawn);
    system.diagonal().add_(noise / counts);
    const auto solved = torch::cholesky_solve(y_drawn - mean, std::get<0>(at::linalg_cholesky_ex(system)));
    const auto coefficients = torch::zeros_like(y).index_copy(0, drawn, solved);
    return to_members(torch::cat({coefficients.t().reshape({1, -1}), mean.reshape({1, -1})}, 1).to(torch::kFloat32))[0];
}

std::vector<Member> train_kernel(const TrainingSet& data, std::span<const Bootstrap> bootstraps, const KernelOptions& options)
{
    const torch::NoGradGuard no_gradients;
    const auto x = as_tensor(data.x, {data.count(), data.columns}).to(torch::kFloat64), y = as_tensor(data.y, {data.count(), data.targets});
    const auto squares = squared_distances(x, x);
    const auto kernel = torch::exp(squares * -sharpness(squares, options.width));
    std::vector<Member> members;
    for (const auto& bootstrap : bootstraps) members.push_back(train_member(kernel, y, bootstrap, options.noise));
    return members;
}

/// In lanes of a fixed number, so that the sum is the same for any width of vectors.
inline float squared_length(const float* x, std::int64_t columns)
{
    constexpr std::int64_t lanes = 16;
    float sum[lanes] = {};
    const auto whole = columns / lanes * lanes;
    for (std::int64_t c = 0; c < whole; c += lanes) {
        for (std::int64_t l = 0; l < lanes; ++l) sum[l] += x[c + l] * x[c + l];
    }
    for (std::int64_t c = whole; c < columns; ++c) sum[c - whole] += x[c] * x[c];
    for (std::int64_t half = lanes / 2; half > 0; half /= 2) {
        for (std::int64_t l = 0; l < half; ++l) sum[l] += sum[l + half];
    }
    return sum[0];
}

/// Turns twice the inner products of rows with labelled rows into kernels.
/// \param squares  of the labelled rows  \param kernel  [rows, labelled rows], in place
inline void kernels_of_products(const float* features, std::int64_t rows, std::int64_t columns, const float* squares, std::int64_t labelled, float sharp, float* __restrict kernel)
{
    for (std::int64_t i = 0; i < rows; ++i, features += columns, kernel += labelled) {
        const float own = squared_length(features, columns);
        for (std::int64_t j = 0; j < labelled; ++j) {
            const float minus_square = (kernel[j] - squares[j]) - own;
            kernel[j] = elementary::exp((minus_square > 0.0F ? 0.0F : minus_square) * sharp);
        }
    }
}

SLUICE_WIDE_VECTORS void kernels_of_products_wide(const float* features, std::int64_t rows, std::int64_t columns, const float* squares, std::int64_t labelled, float sharp, float* kernel)
{
    kernels_of_products(features, rows, columns, squares, labelled, sharp, kernel);
}

/// Kernels of a row with all labelled rows once, and from them all members by one matrix product.
Predict kernel_predictor(const std::vector<Member>& trained, const TrainingSet& data, double width, parallel::Place place)
{
    const torch::NoGradGuard no_gradients;
    const auto n = data.count(), columns = data.columns, targets = data.targets, members = static_cast<std::int64_t>(trained.size());
    const auto labelled = as_tensor(data.x, {n, columns}).clone();
    const auto exact = labelled.to(torch::kFloat64);
    const double sharp = sharpness(squared_distances(exact, exact), width);
    const auto at = torch_device(place);
    const auto twice = (labelled.t() * 2).contiguous().to(at), minus_squares = exact.square().sum(1).neg().to(torch::kFloat32).to(at);
    const auto table = stack_members(trained);
    const auto coefficients = table.narrow(1, 0, targets * n).reshape({members * targets, n}).t().contiguous().to(at);
    const auto means = table.narrow(1, targets * n, targets).reshape({-1}).clone().to(at);
    if (place == parallel::Place::host) {
        const auto squares = exact.square().sum(1).to(torch::kFloat32);
        return [=](const float* features, std::int64_t rows, float* out) {
            const torch::NoGradGuard no_gradients;
            thread_local parallel::AlignedFloats buffer;
            float* values = buffer.room_for(static_cast<std::size_t>(rows * n));
            auto kernel = view_at(values, {rows, n}, place), result = view_at(out, {rows, members * targets}, place);
            torch::mm_out(kernel, from_features(features, rows, columns), twice);
            (has_wide_vectors() ? kernels_of_products_wide : kernels_of_products)(features, rows, columns, squares.data_ptr<float>(), n, static_cast<float>(sharp), values);
            torch::addmm_out(result, means, kernel, coefficients);
        };
    }
    return [=](const float* features, std::int64_t rows, float* out) {
        const torch::NoGradGuard no_gradients;
        const auto x = from_features(features, rows, columns, place);
        auto kernel = torch::addmm(minus_squares, x, twice);  // minus the squared distance, up to the row's own square
        kernel.sub_(x.square().sum(1, true)).clamp_max_(0).mul_(sharp).exp_();
        auto result = view_at(out, {rows, members * targets}, place);
        torch::addmm_out(result, means, kernel, coefficients);
    };
}

const FamilyRegistration gaussian_kernel{
    "gaussian-kernel-ensemble",
    "bootstrap ensemble of kernel regressions with a Gaussian kernel",
    {
        real("width", 0.5).above(0).help("standard deviation of the kernel, in median distances between labelled rows"),
        real("noise", 0.1).above(0).help("variance of the noise, in variances of the process; a penalty"),
    },
    [](const Options& o) {
        const KernelOptions options{o.real("width"), o.real("noise")};
        return Family{
            .train = [options](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int, const FitKey&) { return train_kernel(data, bootstraps, options); },
            .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) { return kernel_predictor(members, data, options.width, place); },
            .flops_per_row = [](const TrainingSet& data, std::int64_t members) { return 2.0 * static_cast<double>(data.count() * (data.columns + members * data.targets)); },
        };
    }};

}  // namespace

}  // namespace sluice::models
