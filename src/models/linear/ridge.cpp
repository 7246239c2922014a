#include "models/linear/additive_terms.hpp"
#include "models/linear/linear.hpp"
#include "models/tensors.hpp"

#include <cmath>

namespace sluice::models {

namespace {

/// Ridge regression in the dual form: with K = X X', centred, a member solves (K + lambda n I) a = y and has the weights X' a, n being the number of
/// labelled rows. Cost m^3 for m rows in the resample and nothing in columns^2, as labelled rows are few and columns many.
/// \return  a member: weights [targets, columns], then intercepts [targets]
/// Source: Hoerl and Kennard 1970; dual form: Saunders, Gammerman and Vovk 1998.
Member train_ridge(const torch::Tensor& x, const torch::Tensor& y, const Bootstrap& bootstrap, double penalty)
{
    const auto rows = as_tensor(bootstrap, {-1});
    const auto x_b = x.index_select(0, rows), y_b = y.index_select(0, rows);           // [m, columns], [m, targets]
    const auto x_mean = x_b.mean(0, true), y_mean = y_b.mean(0, true);
    const auto centred = x_b - x_mean;
    auto kernel = torch::mm(centred, centred.t());
    kernel.diagonal().add_(penalty);
    const auto dual = torch::cholesky_solve(y_b - y_mean, std::get<0>(at::linalg_cholesky_ex(kernel)));  // [m, targets]
    const auto weights = torch::mm(dual.t(), centred);                                 // [targets, columns]
    const auto intercepts = y_mean - torch::mm(x_mean, weights.t());
    return to_members(torch::cat({weights.reshape({1, -1}), intercepts}, 1).to(torch::kFloat32))[0];
}

const FamilyRegistration ridge{
    "ridge-ensemble",
    "bootstrap ensemble of ridge regressions",
    with_terms_options({real("lambda", 0.01).above(0).help("penalty on squared weights, relative to the number of labelled rows; features are scaled by [pool] scaling")}),
    [](const Options& options) {
        const double lambda = options.real("lambda");
        const Family family{
            .train =
                [lambda](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int, const FitKey&) {
                    const torch::NoGradGuard no_gradients;
                    const auto x = as_tensor(data.x, {data.count(), data.columns}).to(torch::kFloat64), y = as_tensor(data.y, {data.count(), data.targets});
                    std::vector<Member> members;
                    for (const auto& bootstrap : bootstraps) members.push_back(train_ridge(x, y, bootstrap, lambda * static_cast<double>(data.count())));
                    return members;
                },
            .predictor = linear_predictor,
            .flops_per_row = linear_flops,
        };
        return with_terms(family, options);
    }};

}  // namespace

}  // namespace sluice::models
