#include "acquisition/variance.hpp"

namespace sluice::acquisition {

void variance(const models::Predictions& p, Scores scores)
{
    const auto member = p.member;
    const auto form = p.form;
    const int targets = p.targets();
    Kokkos::parallel_for(
        "acquisition/variance", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows), KOKKOS_LAMBDA(const RowId row) {
            double sum = 0;
            for (int t = 0; t < targets; ++t) sum += models::moments(member, form, row, t).variance;
            scores[static_cast<std::size_t>(row)] = sum;
        });
}

namespace {

const ScoreRegistration registration{
    "variance", "variance over the ensemble, summed over targets", {}, [](const Options&) {
        return Score{[](const auto& p, const auto&, Scores scores) { variance(p, scores); }};
    }};

}  // namespace

}  // namespace sluice::acquisition
