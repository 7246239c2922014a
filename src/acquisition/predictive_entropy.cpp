#include "acquisition/predictive_entropy.hpp"

#include "acquisition/class_entropy.hpp"

namespace sluice::acquisition {

void predictive_entropy(const models::Predictions& p, Scores scores)
{
    const auto member = p.member;
    Kokkos::parallel_for(
        "acquisition/predictive_entropy", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows),
        KOKKOS_LAMBDA(const RowId row) { scores[static_cast<std::size_t>(row)] = entropy_of_mean(member, row); });
}

namespace {

const ScoreRegistration registration{
    "predictive-entropy", "entropy of the mean probabilities of classes over members or passes; for goal = \"classify\"", {}, [](const Options&) {
        return Score{.evaluate = [](const auto& p, const auto&, Scores scores) { predictive_entropy(p, scores); }, .needs_probabilities = true};
    }};

}  // namespace

}  // namespace sluice::acquisition
