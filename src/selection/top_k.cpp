#include "selection/top_k.hpp"

#include "parallel/first_k.hpp"

namespace sluice::selection {

std::vector<RowId> top_k(const SelectionInput& input)
{
    if (!input.ranks.any(!input.score.empty())) throw Agreed("top-k needs scores; choose max-dist or k-center to select without a model");
    std::vector<Ranked> candidates;
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] == pool::RowState::unlabelled) candidates.push_back({input.score[i], input.shard.share.first_row + static_cast<RowId>(i)});
    }
    std::vector<RowId> batch;
    for (const auto& best : parallel::first_k(std::move(candidates), input.count, input.ranks)) batch.push_back(best.row);
    return batch;
}

namespace {

const SelectionRegistration registration{"top-k", "the rows with the largest scores", {}, [](const Options&) { return Selection{top_k}; }};

}  // namespace

}  // namespace sluice::selection
