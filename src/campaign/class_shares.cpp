#include "campaign/class_shares.hpp"

#include <fmt/format.h>

#include <cmath>

namespace sluice::campaign {

namespace {

bool is_class(const std::vector<problems::Goal>& goals)
{
    return goals.size() == 1 && goals[0].kind == problems::GoalKind::classify;
}

}  // namespace

std::vector<problems::Goal> learned_goals(const std::vector<problems::Goal>& goals)
{
    if (!is_class(goals)) return goals;
    std::vector<problems::Goal> shares;
    for (std::int64_t c = 0; c < goals[0].classes; ++c) shares.push_back({.target = fmt::format("{} {}", goals[0].target, c), .kind = problems::GoalKind::predict});
    return shares;
}

std::vector<double> learned_values(std::span<const double> values, const std::vector<problems::Goal>& goals)
{
    if (!is_class(goals)) return {values.begin(), values.end()};
    const bool is_known = goals[0].allows(values[0]);
    std::vector<double> shares(static_cast<std::size_t>(goals[0].classes), is_known ? 0 : std::nan(""));
    if (is_known) shares[static_cast<std::size_t>(values[0])] = 1;
    return shares;
}

std::map<RowId, std::vector<double>> learned_labels(const std::map<RowId, std::vector<double>>& labelled, const std::vector<problems::Goal>& goals)
{
    std::map<RowId, std::vector<double>> learned;
    for (const auto& [row, values] : labelled) learned.emplace(row, learned_values(values, goals));
    return learned;
}

}  // namespace sluice::campaign
