#pragma once

#include "models/mixture_density/shape.hpp"

#include <span>
#include <vector>

namespace sluice::models::mixture_density {

/// Over which parameters a norm is taken when gradients are clipped.
enum class Clipping {
    coupled,     ///< as the reference code does, which keeps the members of an ensemble in one array and takes norms over them too
    per_member,  ///< the weights into one output of a layer, or its bias, of one member
};

/// A run of a member's parameters whose i-th one belongs to the unit `unit + i % period`.
struct Segment {
    std::size_t first;
    std::size_t count;
    std::size_t period;
    std::size_t unit;
};

/// Which parameters share a norm. Coupled, a unit is a weight of a hidden layer, a bias, or a slot of the head's weights over inputs and components,
/// each over all members. Source: specs: two-index, 3.
struct Units {
    std::vector<Segment> segments;
    std::size_t count = 0;
};

Units units_of(const Shape& shape, Clipping clipping);

/// Adds the squares of a member's values [parameters] to the sums of their units [units].
void add_squares(const Units& units, const float* values, float* sums);

/// Adaptive gradient clipping: the factor that keeps the norm of a unit's gradient to 0.1 times that of its parameters, from their sums of squares.
/// Source: Brock et al. 2021, "High-performance large-scale image recognition without normalization"; constants: specs: two-index, 3.
void clipping_factors(std::span<const float> parameter_squares, std::span<const float> gradient_squares, std::span<float> factors);

}  // namespace sluice::models::mixture_density
