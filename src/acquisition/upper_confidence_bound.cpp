#include "acquisition/upper_confidence_bound.hpp"

namespace sluice::acquisition {

void upper_confidence_bound(const models::Predictions& p, double kappa, Scores scores)
{
    const auto member = p.member;
    const auto form = p.form;
    const int targets = p.targets();
    Kokkos::parallel_for(
        "acquisition/ucb", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows), KOKKOS_LAMBDA(const RowId row) {
            double sum = 0;
            for (int t = 0; t < targets; ++t) {
                const auto m = models::moments(member, form, row, t);
                sum += m.mean + kappa * Kokkos::sqrt(m.variance);
            }
            scores[static_cast<std::size_t>(row)] = sum;
        });
}

namespace {

const ScoreRegistration ucb{
    "ucb",
    "upper confidence bound: mean plus kappa standard deviations",
    {real("kappa", 1.0).at_least(0).help("weight of the standard deviation")},
    [](const Options& options) {
        return Score{.evaluate = [kappa = options.real("kappa")](const auto& p, const auto&, Scores scores) { upper_confidence_bound(p, kappa, scores); },
                     .prefers_better = true};
    }};

}  // namespace

}  // namespace sluice::acquisition
