#include "campaign/standardised_targets.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::campaign {

double StandardisedTargets::merit(double standardised, const problems::Goal& goal, std::size_t target) const
{
    switch (goal.kind) {
        case problems::GoalKind::maximize:
        case problems::GoalKind::predict:
        case problems::GoalKind::classify: return standardised;
        case problems::GoalKind::minimize: return -standardised;
        case problems::GoalKind::window: return -std::abs(standardised - (goal.centre() - mean[target]) / deviation[target]);
    }
    return standardised;
}

models::Moments StandardisedTargets::merit(const models::Moments& standardised, const problems::Goal& goal, std::size_t target) const
{
    if (goal.kind == problems::GoalKind::minimize) return {-standardised.mean, standardised.variance};
    if (goal.kind != problems::GoalKind::window) return standardised;
    const double away = standardised.mean - (goal.centre() - mean[target]) / deviation[target], spread = std::sqrt(standardised.variance);
    if (spread == 0) return {-std::abs(away), 0};
    const double z = away / spread;
    const double distance = spread * std::sqrt(2 / std::numbers::pi) * std::exp(-0.5 * z * z) + away * std::erf(z / std::numbers::sqrt2);
    return {-distance, std::max(away * away + standardised.variance - distance * distance, 0.0)};
}

StandardisedTargets raw_targets(std::size_t targets)
{
    return {std::vector<double>(targets, 0), std::vector<double>(targets, 1)};
}

StandardisedTargets standardise_targets(const std::map<RowId, std::vector<double>>& labelled, std::size_t targets)
{
    StandardisedTargets standard{std::vector<double>(targets, 0), std::vector<double>(targets, 0)};
    const auto count = static_cast<double>(labelled.size());
    for (const auto& [row, values] : labelled) {
        for (std::size_t t = 0; t < targets; ++t) standard.mean[t] += values[t] / count;
    }
    for (const auto& [row, values] : labelled) {
        for (std::size_t t = 0; t < targets; ++t) standard.deviation[t] += (values[t] - standard.mean[t]) * (values[t] - standard.mean[t]) / count;
    }
    for (auto& d : standard.deviation) d = d > 0 ? std::sqrt(d) : 1;
    return standard;
}

models::TrainingSet training_set(const pool::Shard& shard, const pool::Scaling& scaling, const std::map<RowId, std::vector<double>>& labelled,
                                 const StandardisedTargets& standard, const Communicator& ranks)
{
    models::TrainingSet data;
    data.columns = shard.info.columns;
    data.targets = static_cast<std::int64_t>(standard.mean.size());
    for (const auto& [row, values] : labelled) {
        data.rows.push_back(row);
        for (std::size_t t = 0; t < values.size(); ++t) data.y.push_back((values[t] - standard.mean[t]) / standard.deviation[t]);
    }
    data.x = pool::gather_rows(shard, scaling, data.rows, ranks);
    return data;
}

std::vector<double> incumbents(const models::TrainingSet& data, const StandardisedTargets& standard, const std::vector<problems::Goal>& goals)
{
    std::vector<double> best(goals.size(), -INFINITY);
    for (std::size_t i = 0; i < data.y.size(); ++i) {
        const std::size_t t = i % goals.size();
        best[t] = std::max(best[t], standard.merit(data.y[i], goals[t], t));
    }
    return best;
}

}  // namespace sluice::campaign
