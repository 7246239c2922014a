#include "acquisition/mutual_information.hpp"

#include "acquisition/class_entropy.hpp"

namespace sluice::acquisition {

void mutual_information(const models::Predictions& p, Scores scores)
{
    const auto member = p.member;
    Kokkos::parallel_for(
        "acquisition/mutual_information", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows), KOKKOS_LAMBDA(const RowId row) {
            const double information = entropy_of_mean(member, row) - mean_entropy(member, row);
            scores[static_cast<std::size_t>(row)] = information > 0 ? information : 0;
        });
}

namespace {

const ScoreRegistration registration{
    "mutual-information", "entropy of the mean probabilities of classes less the mean entropy over members or passes (BALD); for goal = \"classify\"", {}, [](const Options&) {
        return Score{.evaluate = [](const auto& p, const auto&, Scores scores) { mutual_information(p, scores); }, .needs_probabilities = true};
    }};

}  // namespace

}  // namespace sluice::acquisition
