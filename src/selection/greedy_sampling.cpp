#include "selection/greedy_sampling.hpp"

#include "selection/farthest.hpp"

#include <algorithm>

namespace sluice::selection {

std::vector<RowId> greedy_sampling(const SelectionInput& input, Apart apart)
{
    const auto width = static_cast<std::size_t>(input.ranks.largest(static_cast<std::int64_t>(input.state.empty() ? 0 : input.predicted.size() / input.state.size())));
    if (width == 0) throw Agreed("gsy and gsxy need predictions of a surrogate; choose k-center to select without a model");
    auto predictions = pool::shard_of_features(input.shard, static_cast<RowId>(width));
    std::copy(input.predicted.begin(), input.predicted.end(), predictions.floats().begin());
    const auto as_they_are = pool::Scaling::identity(predictions.info.columns);
    const bool by_inputs = apart == Apart::inputs_and_outputs;

    Farthest farthest = by_inputs ? Farthest(input.shard, input.scaling, {}, input.predicted, width) : Farthest(predictions, as_they_are, {});
    const auto add = [&](std::span<const RowId> rows, std::span<const float> outputs) {
        if (by_inputs) farthest.add_centres(pool::gather_rows(input.shard, input.scaling, rows, input.ranks), outputs);
        else farthest.add_centres(outputs);
    };
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) farthest.remove(input.shard.share.first_row + static_cast<RowId>(i));
    }
    add(input.labelled, input.values);
    // The first look compares rows with all the labelled ones, which may take long: done here, ranks leave it early if asked to. What follows is short.
    together(input.ranks, [&] { farthest.find(input.work); });

    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < input.count) {
        parallel::stop_if_asked(input.ranks);
        const Ranked best = input.ranks.first(farthest.find(input.work));
        if (best.row == Ranked::nobody) break;
        batch.push_back(best.row);
        if (input.shard.share.owns(best.row)) farthest.remove(best.row);
        const std::span<const RowId> picked(&batch.back(), 1);
        add(picked, pool::gather_rows(predictions, as_they_are, picked, input.ranks));
    }
    parallel::stop_if_asked(input.ranks);
    return batch;
}

namespace {

Selection make(Apart apart)
{
    return {.choose = [apart](const SelectionInput& input) { return greedy_sampling(input, apart); }, .uses_scores = false, .needs_predictions = true};
}

const SelectionRegistration gsy{"gsy", "rows whose predictions are farthest from labelled values and chosen rows' predictions (GSy)", {},
                                [](const Options&) { return make(Apart::outputs); }};

const SelectionRegistration gsxy{"gsxy", "farthest points in features and predictions together: the product of both distances (GSxy)", {},
                                 [](const Options&) { return make(Apart::inputs_and_outputs); }};

}  // namespace

}  // namespace sluice::selection
