#include "acquisition/mse_oracle.hpp"

namespace sluice::acquisition {

void squared_error(const models::Predictions& p, std::span<const double> truth, Scores scores)
{
    const auto member = p.member;
    const auto form = p.form;
    const int targets = p.targets();
    Kokkos::parallel_for(
        "acquisition/squared_error", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows), KOKKOS_LAMBDA(const RowId row) {
            double sum = 0;
            for (int t = 0; t < targets; ++t) {
                const double error = models::moments(member, form, row, t).mean - truth[static_cast<std::size_t>(row * targets + t)];
                sum += error * error;
            }
            scores[static_cast<std::size_t>(row)] = sum / targets;
        });
}

namespace {

const ScoreRegistration registration{
    "mse-oracle", "the surrogate's true squared error: a bound for others, where the problem knows the labels of all candidates", {}, [](const Options&) {
        return Score{.evaluate = [](const auto& p, const auto& context, Scores scores) { squared_error(p, context.truth, scores); }, .needs_truth = true};
    }};

}  // namespace

}  // namespace sluice::acquisition
