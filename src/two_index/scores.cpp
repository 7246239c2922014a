#include "two_index/scores.hpp"

#include "acquisition/mi_lb.hpp"
#include "models/predictions.hpp"
#include "parallel/device.hpp"
#include "two_index/mixture_figures.hpp"
#include "two_index/scores_on_device.hpp"
#include "two_index/visit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace sluice::two_index {

using acquisition::EnsembleMixture;
using models::mixture_density::Ensemble;
using models::mixture_density::Heads;

namespace {

std::size_t own_rows(const StrategyInput& input)
{
    return static_cast<std::size_t>(input.shard.share.rows());
}

/// Least variances of normalised targets.
std::vector<double> variance_floors(const Ensemble& ensemble)
{
    constexpr double least = 1e-15;  // of which products of twenty are within a double
    std::vector<double> floors;
    for (std::size_t t = 0; t < ensemble.unit.size(); ++t) floors.push_back(std::max(ensemble.least_normalised_variance(t), least));
    return floors;
}

/// score(mixture of the whole ensemble) of every own row.
std::vector<double> of_every_row(const StrategyInput& input, const Ensemble& ensemble, const std::vector<double>& floors, const std::function<double(EnsembleMixture&)>& score)
{
    std::vector<double> result(own_rows(input));
    const auto members = static_cast<std::size_t>(ensemble.members), components = static_cast<std::size_t>(ensemble.shape.components), targets = static_cast<std::size_t>(ensemble.shape.targets);
    visit_pool(input.shard, ensemble, false, [&](RowId own, const Heads& heads, RowId row) {
        thread_local EnsembleMixture mixture(0, 0, 0);
        if (mixture.members != members || mixture.components != components || mixture.targets != targets) mixture = {members, components, targets};
        for (std::size_t e = 0; e < members; ++e) {
            const auto head = heads.of(static_cast<std::int64_t>(e), row);
            mixture.set_member(e, head.logits, head.means, head.variances, floors.data());
        }
        mixture.weigh_members();
        result[static_cast<std::size_t>(own)] = score(mixture);
    });
    return result;
}

}  // namespace

PoolScores mi_lb_scores(const StrategyInput& input, const Ensemble& ensemble, bool two_term)
{
    constexpr double near = 1e-4;
    PoolScores scores;
    const auto floors = variance_floors(ensemble);
    const double bound = acquisition::mi_lb_bound(static_cast<std::size_t>(ensemble.members), static_cast<std::size_t>(ensemble.shape.targets));
    together(input.ranks, [&] {
        if (two_term) {
            scores.value = of_every_row(input, ensemble, floors, [](const EnsembleMixture& mixture) { return static_cast<double>(acquisition::mi_lb_two_term(mixture)); });
            return;
        }
        scores.order = parallel::place_of_passes() == parallel::Place::device ? log_delta_on_device(input, ensemble, floors)
                                                                              : of_every_row(input, ensemble, floors, acquisition::mi_lb_log_delta);
        scores.value.reserve(scores.order.size());
        for (double& log_delta : scores.order) {
            scores.value.push_back(bound - std::exp(log_delta));
            log_delta = -log_delta;
        }
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
            for (std::size_t t = 0; t < targets; ++t) sum += models::moments(view, 0, static_cast<int>(t)).variance / (ensemble.unit[t] * ensemble.unit[t] * static_cast<double>(targets));
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
