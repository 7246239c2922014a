#include "models/mixture_density/recipe.hpp"

#include <cmath>

namespace sluice::models::mixture_density {

double Recipe::rate(std::int64_t step, std::int64_t steps) const
{
    const auto rising = warm_up(steps);
    if (step < rising) return learning_rate * static_cast<double>(step) / static_cast<double>(rising);
    return learning_rate * std::pow(0.9, static_cast<double>(step - rising) / static_cast<double>(decay_steps));
}

}  // namespace sluice::models::mixture_density
