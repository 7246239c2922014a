#include "selection/sbal.hpp"

#include "base/random.hpp"
#include "parallel/first_k.hpp"

#include <cmath>

namespace sluice::selection {

namespace {

double gumbel(RandomStream random)
{
    return -std::log(-std::log(random.uniform()));
}

}  // namespace

std::vector<RowId> sbal(const SelectionInput& input, double temperature)
{
    if (!input.ranks.any(!input.score.empty())) throw Agreed("sbal needs scores; choose max-dist or k-center to select without a model");
    double highest = Ranked::none().value;
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] == pool::RowState::unlabelled) highest = std::max(highest, input.score[i]);
    }
    highest = input.ranks.largest(highest);  // noise would drown in the digits of large scores
    std::vector<Ranked> candidates;
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) continue;
        const RowId row = input.shard.share.first_row + static_cast<RowId>(i);
        const double noise = gumbel(RandomStream(input.seed, Purpose::gumbel, input.iteration, static_cast<std::uint64_t>(row)));
        candidates.push_back({(input.score[i] - highest) / temperature + noise, row});
    }
    std::vector<RowId> batch;
    for (const auto& best : parallel::first_k(std::move(candidates), input.count, input.ranks)) batch.push_back(best.row);
    return batch;
}

namespace {

const SelectionRegistration registration{
    "sbal",
    "rows drawn without replacement, with probabilities proportional to exp(score / tau)",
    {real("tau", 0.3).above(0).help("temperature, in units of the score: the smaller, the nearer to top-k")},
    [](const Options& options) {
        return Selection{[temperature = options.real("tau")](const SelectionInput& input) { return sbal(input, temperature); }};
    }};

}  // namespace

}  // namespace sluice::selection
