#include "problems/goal.hpp"

#include <cmath>

namespace sluice::problems {

bool Goal::allows(double value) const
{
    return kind != GoalKind::classify || (value >= 0 && value < static_cast<double>(classes) && value == std::floor(value));
}

double Goal::merit(double value) const
{
    switch (kind) {
        case GoalKind::maximize:
        case GoalKind::predict:
        case GoalKind::classify: return value;
        case GoalKind::minimize: return -value;
        case GoalKind::window: return -std::abs(value - centre());
    }
    return value;
}

double Aggregation::of(std::span<const double> values, std::span<const Goal> goals) const
{
    double product = 1;
    for (std::size_t t = 0; t < goals.size(); ++t) {
        const double range = high[t] - low[t];
        product *= range > 0 ? (goals[t].merit(values[t]) - low[t]) / range : 1;
    }
    return product;
}

}  // namespace sluice::problems
