#include "models/linear.hpp"
#include "models/tensors.hpp"

#include <cmath>

namespace sluice::models {

namespace {

/// Ridge regression of a block of resamples, in the dual form: with K = X X', centred, each member solves (K_b + lambda n I) a = y_b and has the weights
/// X_b' a. Cost n^3 per member and nothing in columns^2, as labelled rows are few and columns many.
/// \return  a member: weights [targets, columns], then intercepts [targets]
/// Source: Hoerl and Kennard 1970; dual form: Saunders, Gammerman and Vovk 1998.
std::vector<Member> train_ridge(const TrainingSet& data, std::span<const Bootstrap> bootstraps, double lambda)
{
    const torch::NoGradGuard no_gradients;
    const auto n = data.count();
    const auto members = static_cast<std::int64_t>(bootstraps.size());
    const auto x = as_tensor(data.x, {n, data.columns}).to(torch::kFloat64);
    const auto y = as_tensor(data.y, {n, data.targets});
    const auto rows = stack_bootstraps(bootstraps);                                    // [members, n]
    const auto x_b = x.index({rows});                                                  // [members, n, columns]
    const auto y_b = y.index({rows});                                                  // [members, n, targets]
    const auto x_mean = x_b.mean(1, true), y_mean = y_b.mean(1, true);
    const auto centred = x_b - x_mean;
    auto kernel = torch::bmm(centred, centred.transpose(1, 2));
    kernel.diagonal(0, 1, 2).add_(lambda * static_cast<double>(n));
    const auto factor = std::get<0>(at::linalg_cholesky_ex(kernel));
    const auto dual = torch::cholesky_solve(y_b - y_mean, factor);                     // [members, n, targets]
    const auto weights = torch::bmm(dual.transpose(1, 2), centred);                    // [members, targets, columns]
    const auto intercepts = y_mean.squeeze(1) - torch::bmm(weights, x_mean.transpose(1, 2)).squeeze(2);
    return to_members(torch::cat({weights.reshape({members, -1}), intercepts}, 1).to(torch::kFloat32));
}

const FamilyRegistration ridge{
    "ridge-ensemble",
    "bootstrap ensemble of ridge regressions",
    {real("lambda", 0.01).above(0).help("penalty on squared weights, relative to the number of labelled rows; features are scaled by [pool] scaling")},
    [](const Options& options) {
        const double lambda = options.real("lambda");
        return Family{
            .train = [lambda](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int, const FitKey&) { return train_ridge(data, bootstraps, lambda); },
            .predictor = linear_predictor,
            .flops_per_row = linear_flops,
        };
    }};

}  // namespace

}  // namespace sluice::models
