#include "acquisition/vote_entropy.hpp"

#include "acquisition/class_entropy.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace sluice::acquisition {

void vote_entropy(const models::Predictions& p, Scores scores)
{
    const auto member = p.member;
    const int members = p.members(), classes = p.targets();
    Kokkos::parallel_for(
        "acquisition/vote_entropy", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, p.rows), [=](const RowId row) {
            thread_local std::vector<int> votes;
            votes.assign(static_cast<std::size_t>(classes), 0);
            for (int m = 0; m < members; ++m) {
                int best = 0;
                for (int c = 1; c < classes; ++c) best = member(row, m, c) > member(row, m, best) ? c : best;
                ++votes[static_cast<std::size_t>(best)];
            }
            std::sort(votes.begin(), votes.end(), std::greater<>());  // one order of the sum, whichever classes the votes are for
            double entropy = 0;
            for (const int v : votes) entropy += entropy_part(static_cast<double>(v) / members);
            scores[static_cast<std::size_t>(row)] = entropy;
        });
}

namespace {

const ScoreRegistration registration{
    "vote-entropy", "entropy of the votes of a committee, each for its most probable class; for goal = \"classify\"", {}, [](const Options&) {
        return Score{.evaluate = [](const auto& p, const auto&, Scores scores) { vote_entropy(p, scores); }, .needs_probabilities = true};
    }};

}  // namespace

}  // namespace sluice::acquisition
