#pragma once

#include <Kokkos_Core.hpp>

namespace sluice::fusion {

/// pi of a row, on the host or a device; see structural_weights.
/// \param first, second  distances to the nearest and the second nearest cluster's centre; infinite where there is none
/// \param radius         of the nearest cluster
/// \param denser         share of the sample that lies denser
KOKKOS_INLINE_FUNCTION float geometric_weight(double first, double second, double radius, double denser)
{
    constexpr double most_lowered = 0.3;
    const double boundary = Kokkos::isfinite(second) && second > 0 ? first / second : 0;
    const double reach = Kokkos::isfinite(first) && radius > 0 ? (first < radius ? first / radius : 1.0) : 0;
    return static_cast<float>(1 - most_lowered * (1 - boundary) * (1 - reach) * (1 - denser));
}

}  // namespace sluice::fusion
