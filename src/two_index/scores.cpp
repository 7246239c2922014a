#include "two_index/scores.hpp"

#include "acquisition/mi_lb.hpp"
#include "models/predictions.hpp"
#include "two_index/mixture_figures.hpp"
#include "two_index/visit.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::two_index {

using models::mixture_density::Ensemble;
using models::mixture_density::Heads;

namespace {

std::size_t own_rows(const StrategyInput& input)
{
    return static_cast<std::size_t>(input.shard.share.rows());
}

/// Least variances of normalised targets: 1e-8 in raw units.
std::vector<double> variance_floors(const Ensemble& ensemble)
{
    constexpr double raw = 1e-8, least = 1e-15;  // of which products of twenty are within a double
    std::vector<double> floors;
    for (const double scale : ensemble.y.scale) floors.push_back(std::max(raw / (scale * scale), least));
    return floors;
}

}  // namespace

PoolScores mi_lb_scores(const StrategyInput& input, const Ensemble& ensemble, bool two_term)
{
    constexpr double near = 1e-4;
    PoolScores scores;
    scores.value.resize(own_rows(input));
    if (!two_term) scores.order.resize(own_rows(input));
    const auto floors = variance_floors(ensemble);
    const auto members = static_cast<std::size_t>(ensemble.members), components = static_cast<std::size_t>(ensemble.shape.components), targets = static_cast<std::size_t>(ensemble.shape.targets);
    const double bound = acquisition::mi_lb_bound(members, targets);
    together(input.ranks, [&] {
        visit_pool(input.shard, ensemble, false, [&](RowId own, const Heads& heads, RowId row) {
            thread_local acquisition::EnsembleMixture mixture(0, 0, 0);
            if (mixture.members != members || mixture.components != components || mixture.targets != targets) mixture = {members, components, targets};
            for (std::size_t e = 0; e < members; ++e) {
                const auto head = heads.of(static_cast<std::int64_t>(e), row);
                mixture.set_member(e, head.logits, head.means, head.variances, floors.data());
            }
            mixture.weigh_members();
            const auto i = static_cast<std::size_t>(own);
            if (two_term) {
                scores.value[i] = static_cast<double>(acquisition::mi_lb_two_term(mixture));
                return;
            }
            const double log_delta = acquisition::mi_lb_log_delta(mixture);
            scores.value[i] = bound - std::exp(log_delta);
            scores.order[i] = -log_delta;
        });
    });
    for (std::size_t i = 0; i < scores.value.size(); ++i) {
        if (input.state[i] == pool::RowState::unlabelled && bound - scores.value[i] < near) ++scores.on_plateau;
    }
    scores.on_plateau = input.ranks.sum(scores.on_plateau);
    return scores;
}

PoolScores variance_scores(const StrategyInput& input, const Ensemble& ensemble)
{
    PoolScores scores;
    scores.value.resize(own_rows(input));
    const auto members = static_cast<std::size_t>(ensemble.members), targets = static_cast<std::size_t>(ensemble.shape.targets);
    together(input.ranks, [&] {
        visit_pool(input.shard, ensemble, false, [&](RowId own, const Heads& heads, RowId row) {
            thread_local std::vector<float> means;
            means.resize(members * targets);
            conditional_means(ensemble, heads, row, means.data());
            const models::Predictions::View view(means.data(), 1, members, targets);
            double sum = 0;
            for (std::size_t t = 0; t < targets; ++t) sum += models::moments(view, 0, static_cast<int>(t)).variance / static_cast<double>(targets);
            scores.value[static_cast<std::size_t>(own)] = sum;
        });
    });
    return scores;
}

PoolScores random_scores(const StrategyInput& input)
{
    PoolScores scores;
    for (RowId row = input.shard.share.first_row; row < input.shard.share.end_row; ++row) {
        scores.value.push_back(RandomStream(input.seed, Purpose::random_score, static_cast<std::uint32_t>(input.iteration), static_cast<std::uint64_t>(row)).uniform());
    }
    return scores;
}

}  // namespace sluice::two_index
