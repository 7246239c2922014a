#include "acquisition/expected_improvement.hpp"

namespace sluice::acquisition {

namespace {

KOKKOS_INLINE_FUNCTION double improvement(double mean, double sd, double threshold)
{
    constexpr double inverse_root_two = 0.70710678118654752440, inverse_root_two_pi = 0.39894228040143267794;
    const double gain = mean - threshold;
    if (sd <= 0) return gain > 0 ? gain : 0;
    const double z = gain / sd;
    const double density = inverse_root_two_pi * Kokkos::exp(-0.5 * z * z);
    const double probability = 0.5 * Kokkos::erfc(-z * inverse_root_two);
    const double value = gain * probability + sd * density;
    return value > 0 ? value : 0;
}

const ScoreRegistration ei{
    "ei",
    "expected improvement over the best labelled value",
    {real("margin", 0.0).at_least(0).help("improvement below this does not count, in standard deviations of the labelled values")},
    [](const Options& options) {
        return Score{.evaluate = [margin = options.real("margin")](const auto& p, const auto& context, Scores scores) {
            expected_improvement(p, context.incumbent, margin, scores);
        }, .prefers_better = true};
    }};

}  // namespace

void expected_improvement(const models::Predictions& p, const std::vector<double>& incumbent, double margin, Scores scores)
{
    const auto member = p.member;
    const auto form = p.form;
    std::fill_n(scores.begin(), p.rows, 0.0);
    for (int t = 0; t < p.targets(); ++t) {
        const double threshold = incumbent[static_cast<std::size_t>(t)] + margin;
        Kokkos::parallel_for(
            "acquisition/ei", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows), KOKKOS_LAMBDA(const RowId row) {
                const auto m = models::moments(member, form, row, t);
                scores[static_cast<std::size_t>(row)] += improvement(m.mean, Kokkos::sqrt(m.variance), threshold);
            });
    }
}

}  // namespace sluice::acquisition
