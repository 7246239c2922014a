#include "two_index/batch.hpp"

#include "pool/standardise.hpp"
#include "selection/bait/bait.hpp"
#include "selection/max_dist.hpp"
#include "selection/sbal.hpp"
#include "selection/top_k.hpp"
#include "two_index/features.hpp"

namespace sluice::two_index {

using selection::FirstPick;
using selection::SelectionInput;

std::vector<RowId> choose_batch(const Options& options, const StrategyInput& input, const models::mixture_density::Ensemble& ensemble, const PoolScores& scores, Work& work)
{
    std::vector<RowId> labelled;
    for (const auto& [row, values] : input.labelled) labelled.push_back(row);
    const auto seen = [&](const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<double>& score) {
        return SelectionInput{shard, scaling, score, input.state, labelled, input.count, input.ranks, work, input.seed, static_cast<std::uint32_t>(input.iteration)};
    };
    const auto& rule = options.text("batch_rule");
    if (rule == "top-k") return selection::top_k(seen(input.shard, input.scaling, scores.order.empty() ? scores.value : scores.order));
    if (rule == "sbal") return selection::sbal(seen(input.shard, input.scaling, scores.value), options.real("temperature"));
    if (rule == "core-set") {
        const auto features = embedding_features(input, ensemble);
        const auto as_they_are = pool::Scaling::identity(features.info.columns);
        return selection::max_dist(seen(features, as_they_are, {}), 0);
    }
    if (rule == "bait") {
        const auto pool = fisher_rows(input, ensemble);
        const auto points = pool::gather_rows(input.shard, pool::Scaling::identity(input.shard.info.columns), labelled, input.ranks);
        const auto known = fisher_rows(input, ensemble, labelled, points);
        const auto width = ensemble.shape.width, length = ensemble.shape.components * ensemble.shape.targets;
        return selection::bait({.tiling = input.shard.info.tiling(), .share = input.shard.share, .rows = {pool.z, pool.a, width, length}, .state = input.state,
                                .labelled = {known.z, known.a, width, length}, .count = input.count, .ranks = input.ranks, .work = work})
            .rows;
    }
    const auto first = options.text("first_pick") == "greedy" ? FirstPick::greedy : FirstPick::best_of_far_half;
    if (options.text("distance") == "inputs") return selection::max_dist(seen(input.shard, input.scaling, scores.value), options.real("weight"), first);
    const auto features = mean_features(input, ensemble);
    const auto scaling = pool::standardising(pool::column_statistics(features, input.ranks));
    return selection::max_dist(seen(features, scaling, scores.value), options.real("weight"), first);
}

}  // namespace sluice::two_index
