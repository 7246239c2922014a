#include "models/gaussian_process/kernel_search.hpp"

#include "models/gaussian_process/covariance.hpp"

#include <torch/optim/lbfgs.h>

#include <cmath>

namespace sluice::models {

namespace {

/// Of the distances between rows that are not alike.
double median_distance(const torch::Tensor& squares)
{
    const auto apart = squares.masked_select(squares > 1e-12 * squares.max());
    return apart.numel() > 0 ? std::sqrt(apart.median().item<double>()) : 1;
}

/// Bounds of a parameter; between them it is a smooth function of a number without bounds, which the search moves.
struct Range {
    double low, high;

    double at(double z) const { return low * std::pow(high / low, 1 / (1 + std::exp(-z))); }
    double by_log(double z) const  ///< derivative of the parameter's logarithm
    {
        const double s = 1 / (1 + std::exp(-z));
        return std::log(high / low) * s * (1 - s);
    }
    double inverse(double value) const
    {
        const double s = std::log(value / low) / std::log(high / low);
        return std::log(s / (1 - s));
    }
};

struct Ranges {
    Range amplitude, length, noise;
};

Ranges ranges_about(double distance)
{
    return {{1e-3, 1e3}, {1e-2 * distance, 1e2 * distance}, {1e-8, 1e1}};
}

/// Where a member's search starts: the first from what is likely, the others anywhere near it.
KernelParameters start_of(int member, double distance, const FitKey& key)
{
    if (member == 0) return {1, distance, 0.01};
    auto random = key.draws(Purpose::kernel_start, member);
    const auto between = [&](double low, double high) { return low * std::pow(high / low, random.uniform()); };
    const double amplitude = between(0.1, 10), length = between(0.05, 5), noise = between(1e-6, 0.5);
    return {amplitude, length * distance, noise};
}

KernelParameters search(Kernel kernel, const LabelledPoints& points, const KernelParameters& start, const torch::Tensor& squares, double distance)
{
    const auto ranges = ranges_about(distance);
    auto z = torch::tensor({ranges.amplitude.inverse(start.amplitude), ranges.length.inverse(start.length), ranges.noise.inverse(start.noise)}, torch::kFloat64);
    z.requires_grad_(true);
    z.mutable_grad() = torch::zeros({3}, torch::kFloat64);
    const auto parameters = [&] {
        const auto* at = z.data_ptr<double>();
        return KernelParameters{ranges.amplitude.at(at[0]), ranges.length.at(at[1]), ranges.noise.at(at[2])};
    };
    const auto labels = static_cast<double>(points.y.numel());
    constexpr double impossible = 1e6;  // nats per label, where there is no factor
    torch::optim::LBFGS optimizer({z}, torch::optim::LBFGSOptions(1).max_iter(200).max_eval(400).tolerance_grad(1e-9).tolerance_change(1e-13).history_size(10).line_search_fn("strong_wolfe"));
    optimizer.step([&] {
        std::array<double, 3> slope;
        const double value = likelihood(kernel, parameters(), squares, points.y, &slope);
        const auto* at = z.data_ptr<double>();
        auto* gradient = z.mutable_grad().data_ptr<double>();
        gradient[0] = -slope[0] * ranges.amplitude.by_log(at[0]) / labels;
        gradient[1] = -slope[1] * ranges.length.by_log(at[1]) / labels;
        gradient[2] = -slope[2] * ranges.noise.by_log(at[2]) / labels;
        return torch::tensor(std::isfinite(value) ? -value / labels : impossible, torch::kFloat64);
    });
    return parameters();
}

/// The rows whose likelihood is maximised, the same for every member.
LabelledPoints rows_to_search(const TrainingSet& data, std::int64_t most, const FitKey& key)
{
    auto points = points_of(data);
    if (data.count() <= most) return points;
    auto random = key.draws(Purpose::kernel_rows, 0);
    std::vector<std::int64_t> rows(static_cast<std::size_t>(data.count()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i < static_cast<std::size_t>(most); ++i) std::swap(rows[i], rows[i + random.below(static_cast<std::uint32_t>(rows.size() - i))]);
    rows.resize(static_cast<std::size_t>(most));
    const auto drawn = as_tensor(rows, {-1});
    return {points.x.index_select(0, drawn), points.y.index_select(0, drawn)};
}

}  // namespace

std::vector<Member> search_kernels(const TrainingSet& data, std::size_t members, int first_member, const FitKey& key, const GaussianProcessOptions& options)
{
    const torch::NoGradGuard no_gradients;
    const auto points = rows_to_search(data, options.search_rows, key);
    const auto squares = squared_distances(points.x, points.x);
    const double distance = median_distance(squares);
    std::vector<Member> trained;
    for (std::size_t m = 0; m < members; ++m) {
        const auto found = search(options.kernel, points, start_of(first_member + static_cast<int>(m), distance, key), squares, distance);
        trained.push_back(to_member(found, likelihood(options.kernel, found, squares, points.y, nullptr)));
    }
    return trained;
}

}  // namespace sluice::models
