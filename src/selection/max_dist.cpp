#include "selection/max_dist.hpp"

#include "pool/standardise.hpp"
#include "selection/farthest.hpp"
#include "selection/top_k.hpp"

#include <algorithm>
#include <limits>

namespace sluice::selection {

namespace {

/// 1 + weight s, s the score mapped to [0, 1] over the unlabelled rows of all ranks.
std::vector<double> weights_of(const SelectionInput& input, double weight)
{
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t i = 0; i < input.score.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) continue;
        low = std::min(low, input.score[i]);
        high = std::max(high, input.score[i]);
    }
    low = input.ranks.smallest(low);
    high = input.ranks.largest(high);
    constexpr double narrowest = 1e-8;
    std::vector<double> weights;
    for (const double score : input.score) weights.push_back(1 + weight * (score - low) / std::max(high - low, narrowest));
    return weights;
}

/// The first pick where no row is labelled.
Ranked first_pick(const SelectionInput& input, bool scored)
{
    if (scored) {
        auto one = SelectionInput{input.shard, input.scaling, input.score, input.state, {}, 1, input.ranks, input.work};
        const auto rows = top_k(one);
        return rows.empty() ? Ranked::none() : Ranked{0, rows[0]};
    }
    const auto statistics = pool::column_statistics(input.shard, input.ranks);
    std::vector<float> mean;
    for (std::size_t c = 0; c < statistics.mean.size(); ++c) {
        mean.push_back((static_cast<float>(statistics.mean[c]) - input.scaling.shift[c]) * input.scaling.factor[c]);
    }
    Farthest from_mean(input.shard, input.scaling, {});
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) from_mean.remove(input.shard.share.first_row + static_cast<RowId>(i));
    }
    from_mean.add_centres(mean);
    return input.ranks.first(from_mean.find(input.work));
}

}  // namespace

std::vector<RowId> max_dist(const SelectionInput& input, double weight)
{
    const bool scored = weight > 0 && input.ranks.any(!input.score.empty());
    Farthest farthest(input.shard, input.scaling, scored ? weights_of(input, weight) : std::vector<double>());
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) farthest.remove(input.shard.share.first_row + static_cast<RowId>(i));
    }
    const auto labelled = pool::gather_rows(input.shard, input.scaling, input.labelled, input.ranks);
    if (!labelled.empty()) farthest.add_centres(labelled);
    // The first look compares rows with all the labelled ones, which may take long: done here, ranks leave it early if asked to. What follows is short.
    together(input.ranks, [&] {
        if (!labelled.empty()) farthest.find(input.work);
    });

    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < input.count) {
        parallel::stop_if_asked(input.ranks);
        const bool blind = labelled.empty() && batch.empty();
        const Ranked best = blind ? first_pick(input, scored) : input.ranks.first(farthest.find(input.work));
        if (best.row == Ranked::nobody) break;
        batch.push_back(best.row);
        if (input.shard.share.owns(best.row)) farthest.remove(best.row);
        farthest.add_centres(pool::gather_rows(input.shard, input.scaling, std::span(&batch.back(), 1), input.ranks));
    }
    return batch;
}

namespace {

const SelectionRegistration weighted{
    "max-dist",
    "farthest points from labelled and chosen rows, weighted by score",
    {real("weight", 1.0).at_least(0).help("how much the score counts: distance is multiplied by 1 + weight x score in [0, 1]")},
    [](const Options& options) {
        return Selection([weight = options.real("weight")](const SelectionInput& input) { return max_dist(input, weight); });
    }};

const SelectionRegistration unweighted{"k-center", "farthest points from labelled and chosen rows, whatever their scores (Core-Set)", {}, [](const Options&) {
                                           return Selection([](const SelectionInput& input) { return max_dist(input, 0); });
                                       }};

}  // namespace

}  // namespace sluice::selection
