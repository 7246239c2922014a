#pragma once

#include "models/mixture_density/shape.hpp"

#include <vector>

namespace sluice::models::mixture_density {

/// What is added to a variance before it is divided by or its logarithm taken.
inline constexpr float variance_guard = 1e-8F;

/// Room for one point's mixture while its likelihood is worked out.
struct LikelihoodRoom {
    std::vector<float> pre, difference, inverse, slope, term;  ///< [components, targets], so that loops over them are long
    std::vector<float> score, responsibility;                  ///< [components]
};

/// Negative log-likelihood of one point under a member's mixture, and the derivative of scale x it by the head's outputs.
/// \param outputs     [components, 1 + 2 targets]: logit, means, variance pre-activations
/// \param y           [targets], in the units of the outputs
/// \param floor       least variance; 0: none
/// \param derivative  [components, 1 + 2 targets], or nullptr if it is not wanted
/// Source: specs: two-index, 4.
float negative_log_likelihood(const Shape& shape, const float* outputs, const float* y, float floor, float scale, float* derivative, LikelihoodRoom& room);

}  // namespace sluice::models::mixture_density
