#include "acquisition/random.hpp"

#include "base/random.hpp"

namespace sluice::acquisition {

void random_score(RowId first_row, RowId rows, const ScoreContext& context, Scores scores)
{
    const auto seed = context.seed;
    const auto iteration = context.iteration;
    Kokkos::parallel_for(
        "acquisition/random", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, rows), KOKKOS_LAMBDA(const RowId row) {
            scores[static_cast<std::size_t>(row)] = RandomStream(seed, Purpose::random_score, iteration, static_cast<std::uint64_t>(first_row + row)).uniform();
        });
}

namespace {

const ScoreRegistration registration{
    "random", "a random number for each row; no surrogate is trained", {}, [](const Options&) {
        return Score{[](const auto& p, const auto& context, Scores scores) { random_score(p.first_row, p.rows, context, scores); }, false};
    }};

}  // namespace

}  // namespace sluice::acquisition
