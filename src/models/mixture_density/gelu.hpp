#pragma once

#include <cstdint>

namespace sluice::models::mixture_density {

/// Replaces values by their Gaussian error linear unit, in its form with tanh, and gives its derivative. Source: Hendrycks and Gimpel 2016.
/// \param slopes  [count], or nullptr if they are not wanted
void gelu(float* values, float* slopes, std::int64_t count);

}  // namespace sluice::models::mixture_density
