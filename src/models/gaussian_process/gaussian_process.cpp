#include "models/gaussian_process/gaussian_process.hpp"

#include "base/error.hpp"
#include "models/gaussian_process/covariance.hpp"
#include "models/gaussian_process/kernel_search.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace sluice::models {

namespace {

constexpr std::int64_t most_rows = 5000;
constexpr std::int64_t block_rows = 256;  ///< predicted at a time: their kernels with all labelled rows fit in cache

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

Family gaussian_process(const GaussianProcessOptions& options)
{
    return {
        .train = [options](const TrainingSet& data, std::span<const Bootstrap> members, int first_member, const FitKey& key) {
            if (data.count() > most_rows) fail("[surrogate] kind = \"gaussian-process\": {} labelled rows; exact regression is for at most {}; choose another surrogate", data.count(), most_rows);
            return search_kernels(data, members.size(), first_member, key, options);
        },
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
