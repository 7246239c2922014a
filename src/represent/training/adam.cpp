#include "represent/training/adam.hpp"

#include <cmath>

namespace sluice::represent {

Descent descent_from(Floats values)
{
    Descent descent;
    descent.mean.assign(values.size(), 0.0F);
    descent.square.assign(values.size(), 0.0F);
    descent.values = std::move(values);
    return descent;
}

void descend(Descent& descent, std::span<const float> gradient, double rate)
{
    constexpr double keep_mean = 0.9, keep_square = 0.999;
    constexpr float epsilon = 1e-7F;
    const auto taken = static_cast<double>(++descent.steps);
    const auto pace = static_cast<float>(rate * std::sqrt(1 - std::pow(keep_square, taken)) / (1 - std::pow(keep_mean, taken)));
    constexpr auto km = static_cast<float>(keep_mean), ks = static_cast<float>(keep_square);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        descent.mean[i] = km * descent.mean[i] + (1 - km) * gradient[i];
        descent.square[i] = ks * descent.square[i] + (1 - ks) * gradient[i] * gradient[i];
        descent.values[i] -= pace * descent.mean[i] / (std::sqrt(descent.square[i]) + epsilon);
    }
}

}  // namespace sluice::represent
