#include "models/gaussian_process.hpp"

#include "base/error.hpp"
#include "models/tensors.hpp"

#include <torch/optim/lbfgs.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace sluice::models {

namespace {

constexpr std::int64_t most_rows = 5000;
constexpr double jitter = 1e-10;           ///< of the diagonal
constexpr std::int64_t block_rows = 256;   ///< predicted at a time: their kernels with all labelled rows fit in cache

/// Squared Euclidean distances between rows, float64 [rows of a, rows of b].
torch::Tensor squared_distances(const torch::Tensor& a, const torch::Tensor& b)
{
    return (a.square().sum(1, true) + b.square().sum(1) - 2 * torch::mm(a, b.t())).clamp_min_(0);
}

/// Covariances of the process, from squared distances.
torch::Tensor covariance(Kernel kernel, const KernelParameters& p, const torch::Tensor& squares)
{
    if (kernel == Kernel::squared_exponential) return torch::exp(squares * (-0.5 / (p.length * p.length))).mul_(p.amplitude);
    const auto r = torch::sqrt(squares * (5 / (p.length * p.length)));
    return (1 + r + r.square() / 3).mul_(torch::exp(-r)).mul_(p.amplitude);
}

/// Their derivatives with respect to the logarithm of the length.
torch::Tensor covariance_by_log_length(Kernel kernel, const KernelParameters& p, const torch::Tensor& squares)
{
    if (kernel == Kernel::squared_exponential) return covariance(kernel, p, squares) * (squares / (p.length * p.length));
    const auto square = squares * (5 / (p.length * p.length)), r = torch::sqrt(square);
    return (square / 3 * (1 + r)).mul_(torch::exp(-r)).mul_(p.amplitude);
}

double diagonal_of(const KernelParameters& p)
{
    return (p.amplitude + p.noise) * jitter + p.noise;
}

/// Lower Cholesky factor of the labels' covariance; undefined where there is none.
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

/// Features and labels of a training set, float64.
struct Points {
    torch::Tensor x;  ///< [rows, columns]
    torch::Tensor y;  ///< [rows, targets]
};

Points points_of(const TrainingSet& data)
{
    return {as_tensor(data.x, {data.count(), data.columns}).to(torch::kFloat64), as_tensor(data.y, {data.count(), data.targets}).clone()};
}

/// Of the distances between rows that are not alike.
double median_distance(const torch::Tensor& squares)
{
    const auto apart = squares.masked_select(squares > 1e-12 * squares.max());
    return apart.numel() > 0 ? std::sqrt(apart.median().item<double>()) : 1;
}

// ---- The search for parameters --------------------------------------------------------------------------------------------------------------------

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

KernelParameters search(Kernel kernel, const Points& points, const KernelParameters& start, const torch::Tensor& squares, double distance)
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
Points rows_to_search(const TrainingSet& data, std::int64_t most, const FitKey& key)
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

std::vector<Member> train(const TrainingSet& data, std::size_t members, int first_member, const FitKey& key, const GaussianProcessOptions& options)
{
    if (data.count() > most_rows) fail("[surrogate] kind = \"gaussian-process\": {} labelled rows; exact regression is for at most {}; choose another surrogate", data.count(), most_rows);
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

// ---- What the process says ------------------------------------------------------------------------------------------------------------------------

/// The process given points, of which the first are labelled.
struct Process {
    Kernel kernel;
    KernelParameters parameters;
    torch::Tensor x;      ///< [points, columns]
    torch::Tensor lower;  ///< Cholesky factor of the labels' covariance [points, points]
    torch::Tensor alpha;  ///< its inverse times the labels [labelled rows, targets]

    torch::Tensor towards(const torch::Tensor& rows) const { return covariance(kernel, parameters, squared_distances(rows, x)); }  ///< [rows, points]
};

Process process_of(const GaussianProcessOptions& options, const std::vector<Member>& members, const TrainingSet& data)
{
    const torch::NoGradGuard no_gradients;
    const auto best = std::max_element(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.back() < b.back(); });  // the first of equal ones
    const auto points = points_of(data);
    Process process{options.kernel, parameters_of(*best), points.x, {}, {}};
    const auto squares = squared_distances(points.x, points.x);
    process.lower = factor(process.kernel, process.parameters, squares);
    if (!process.lower.defined()) fail("[surrogate] kind = \"gaussian-process\": the covariance of the labelled rows has no Cholesky factor: too many of them are alike");
    process.alpha = torch::cholesky_solve(points.y, process.lower);
    return process;
}

/// Variance of the process at rows, without noise [rows]. \param kernels  [rows, points]
torch::Tensor variance_left(const Process& process, const torch::Tensor& kernels)
{
    return (process.parameters.amplitude - solve_lower(process.lower, kernels.t()).square_().sum(0)).clamp_min_(0);
}

/// Calls use(features of some rows, first row, count), the features in float64.
template <typename Use>
void for_blocks(const float* features, std::int64_t rows, std::int64_t columns, const Use& use)
{
    const torch::NoGradGuard no_gradients;
    for (std::int64_t first = 0; first < rows; first += block_rows) {
        const auto count = std::min(block_rows, rows - first);
        use(from_features(features + first * columns, count, columns).to(torch::kFloat64), first, count);
    }
}

Predict predict_with(const Process& process)
{
    const auto columns = process.x.size(1), targets = process.alpha.size(1);
    return [process, columns, targets](const float* features, std::int64_t rows, float* out) {
        for_blocks(features, rows, columns, [&](const torch::Tensor& x, std::int64_t first, std::int64_t count) {
            const auto kernels = process.towards(x);
            auto said = torch::from_blob(out + first * 2 * targets, {count, 2, targets}, torch::kFloat32);
            said.select(1, 0).copy_(torch::mm(kernels, process.alpha));
            said.select(1, 1).copy_(variance_left(process, kernels).unsqueeze(1).expand({count, targets}));
        });
    };
}

/// Counts a point as labelled: the factor gets a row more, and variances fall by the squared covariance with the point, over that of its label.
/// Source: Rasmussen and Williams 2006, appendix A.3; spec: regression-methods, section 5.
Reduction condition(Process& process, const float* features)
{
    const torch::NoGradGuard no_gradients;
    const auto columns = process.x.size(1);
    const auto point = from_features(features, 1, columns).to(torch::kFloat64);
    const auto half = solve_lower(process.lower, process.towards(point).t());              // [points, 1]
    const auto weights = at::linalg_solve_triangular(process.lower.t(), half, true);
    const double left = std::max(process.parameters.amplitude - half.square().sum().item<double>(), 0.0) + diagonal_of(process.parameters);
    const auto before = process;

    const auto n = process.x.size(0);
    auto lower = torch::zeros({n + 1, n + 1}, torch::kFloat64);
    lower.narrow(0, 0, n).narrow(1, 0, n).copy_(process.lower);
    lower[n].narrow(0, 0, n).copy_(half.squeeze(1));
    lower[n][n] = std::sqrt(left);
    process.lower = lower;
    process.x = torch::cat({process.x, point});
    return [kernel = before.kernel, parameters = before.parameters, x = before.x, point, weights, left, columns](const float* features_of_rows, std::int64_t rows, double* out) {
        for_blocks(features_of_rows, rows, columns, [&](const torch::Tensor& own, std::int64_t first, std::int64_t count) {
            const auto with_point = covariance(kernel, parameters, squared_distances(own, point)) - torch::mm(covariance(kernel, parameters, squared_distances(own, x)), weights);
            torch::from_blob(out + first, {count}, torch::kFloat64).copy_(with_point.square().squeeze(1) / left);
        });
    };
}

Posterior posterior_of(Process process)
{
    const auto columns = process.x.size(1);
    auto grown = std::make_shared<Process>(process);
    return {.variance =
                [process, columns](const float* features, std::int64_t rows, double* out) {
                    for_blocks(features, rows, columns, [&](const torch::Tensor& x, std::int64_t first, std::int64_t count) {
                        torch::from_blob(out + first, {count}, torch::kFloat64).copy_(variance_left(process, process.towards(x)));
                    });
                },
            .condition = [grown](const float* features) { return condition(*grown, features); }};
}

const FamilyRegistration registration{
    "gaussian-process",
    "exact Gaussian process regression for up to 5,000 labelled rows; members are starts of the search for its kernel",
    {
        text("kernel", "squared-exponential").one_of({"squared-exponential", "matern-5/2"}).help("how alike two rows are, by their distance; all targets share it"),
        whole("search_rows", 1000).at_least(2).at_most(most_rows).help("labelled rows that the kernel's amplitude, length and noise are sought on, at most; of more, so many are drawn"),
    },
    [](const Options& o) {
        return gaussian_process({o.text("kernel") == "matern-5/2" ? Kernel::matern52 : Kernel::squared_exponential, o.whole("search_rows")});
    }};

}  // namespace

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

Family gaussian_process(const GaussianProcessOptions& options)
{
    return {
        .train = [options](const TrainingSet& data, std::span<const Bootstrap> members, int first_member, const FitKey& key) { return train(data, members.size(), first_member, key, options); },
        .predictor = [options](const std::vector<Member>& members, const TrainingSet& data, parallel::Place) { return predict_with(process_of(options, members, data)); },
        .flops_per_row =
            [](const TrainingSet& data, std::int64_t) {
                const auto n = static_cast<double>(data.count());
                return n * (n + 2.0 * static_cast<double>(data.columns + data.targets));
            },
        .form = Form::moments,
        .posterior = [options](const std::vector<Member>& members, const TrainingSet& data) { return posterior_of(process_of(options, members, data)); },
    };
}

}  // namespace sluice::models
