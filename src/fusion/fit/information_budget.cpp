#include "fusion/fit/information_budget.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

InformationBudget information_budget(const EffectiveDimension& dimension, std::int64_t cap)
{
    InformationBudget result;
    result.total_dimension = dimension.supervised + dimension.nearest_neighbour + dimension.unsupervised;
    result.effective_dimension = result.total_dimension / 3;
    const double raw = 32.0 * result.effective_dimension * std::log(1.0 + dimension.supervised);
    result.budget = std::min(cap, std::max<std::int64_t>(10, std::llrint(raw)));
    return result;
}

}  // namespace sluice::fusion
