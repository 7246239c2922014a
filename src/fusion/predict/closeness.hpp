#pragma once

#include <Kokkos_Core.hpp>

namespace sluice::fusion {

/// Mean and deviation of -|Y - c| for a normal Y: the closeness to a window's centre.
struct Closeness {
    double mean;
    double deviation;
};

/// \param gap  mean of Y minus c
/// Source: specs: fusion, 3.3.
KOKKOS_INLINE_FUNCTION Closeness closeness(double gap, double deviation)
{
    if (!(deviation > 0)) return {-Kokkos::abs(gap), 0};
    constexpr double root_two = 1.4142135623730951, root_two_over_pi = 0.7978845608028654;
    const double ratio = gap / deviation;
    const double apart = deviation * root_two_over_pi * Kokkos::exp(-0.5 * ratio * ratio) + gap * Kokkos::erf(ratio / root_two);
    return {-apart, Kokkos::sqrt(Kokkos::max(gap * gap + deviation * deviation - apart * apart, 0.0))};
}

}  // namespace sluice::fusion
