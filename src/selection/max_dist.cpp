#include "selection/max_dist.hpp"

#include "pool/order_statistic.hpp"
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

/// The row with the best score among those not nearer to the labelled ones than the median, which is interpolated between two rows if need be.
/// \param distance  [own rows] squared; < 0: not to be chosen
Ranked best_of_far_half(const SelectionInput& input, const std::vector<double>& distance)
{
    std::vector<double> candidates;
    std::copy_if(distance.begin(), distance.end(), std::back_inserter(candidates), [](double d) { return d >= 0; });
    const auto count = input.ranks.sum(static_cast<std::int64_t>(candidates.size()));
    if (count == 0) return Ranked::none();
    const double below = pool::order_statistic(candidates, (count - 1) / 2, input.ranks), above = pool::order_statistic(candidates, count / 2, input.ranks);
    const double median = below + (above - below) / 2;
    Ranked best = Ranked::none();
    for (std::size_t i = 0; i < distance.size(); ++i) {
        const Ranked candidate{input.score[i], input.shard.share.first_row + static_cast<RowId>(i)};
        if (distance[i] >= 0 && distance[i] >= median && candidate < best) best = candidate;
    }
    return input.ranks.first(best);
}

}  // namespace

std::vector<RowId> max_dist(const SelectionInput& input, double weight, FirstPick first)
{
    const bool from_far_half = first == FirstPick::best_of_far_half;
    const bool scored = (weight > 0 || from_far_half) && input.ranks.any(!input.score.empty());
    Farthest farthest(input.shard, input.scaling, scored ? weights_of(input, weight) : std::vector<double>());
    for (std::size_t i = 0; i < input.state.size(); ++i) {
        if (input.state[i] != pool::RowState::unlabelled) farthest.remove(input.shard.share.first_row + static_cast<RowId>(i));
    }
    const auto labelled = pool::gather_rows(input.shard, input.scaling, input.labelled, input.ranks);
    if (!labelled.empty()) farthest.add_centres(labelled);
    // The first look compares rows with all the labelled ones, which may take long: done here, ranks leave it early if asked to. What follows is short.
    std::vector<double> distance;
    together(input.ranks, [&] {
        if (labelled.empty()) return;
        if (from_far_half && scored) distance = farthest.distances(input.work);
        else farthest.find(input.work);
    });

    std::vector<RowId> batch;
    while (static_cast<std::int64_t>(batch.size()) < input.count) {
        parallel::stop_if_asked(input.ranks);
        const bool is_first = batch.empty(), by_score = is_first && from_far_half && scored;
        const Ranked best = is_first && labelled.empty() ? first_pick(input, scored)
                            : by_score                  ? best_of_far_half(input, distance)
                                                        : input.ranks.first(farthest.find(input.work));
        if (best.row == Ranked::nobody) break;
        batch.push_back(best.row);
        if (input.shard.share.owns(best.row)) farthest.remove(best.row);
        farthest.add_centres(pool::gather_rows(input.shard, input.scaling, std::span(&batch.back(), 1), input.ranks));
    }
    parallel::stop_if_asked(input.ranks);  // the last search, too, leaves early when a stop is asked for
    return batch;
}

namespace {

const SelectionRegistration weighted{
    "max-dist",
    "farthest points from labelled and chosen rows, weighted by score",
    {real("weight", 1.0).at_least(0).help("how much the score counts: distance is multiplied by 1 + weight x score in [0, 1]"),
     text("first_pick", "greedy")
         .one_of({"greedy", "best-of-far-half"})
         .help("best-of-far-half: the best score among rows not nearer to labelled ones than the median")},
    [](const Options& options) {
        const auto first = options.text("first_pick") == "greedy" ? FirstPick::greedy : FirstPick::best_of_far_half;
        return Selection{[weight = options.real("weight"), first](const SelectionInput& input) { return max_dist(input, weight, first); }};
    }};

const SelectionRegistration unweighted{
    "k-center", "farthest points from labelled and chosen rows, whatever their scores (Core-Set, GSx, max-min)", {}, [](const Options&) {
        return Selection{.choose = [](const SelectionInput& input) { return max_dist(input, 0); }, .uses_scores = false};
    }};

}  // namespace

}  // namespace sluice::selection
