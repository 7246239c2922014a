#pragma once

#include "parallel/communicator.hpp"

#include <Kokkos_Core.hpp>

namespace sluice::models {

/// What every member of an ensemble says about consecutive rows of the pool, in standardised target units, larger = better (see Goal).
struct Predictions {
    using View = Kokkos::View<float***, Kokkos::LayoutRight, Kokkos::DefaultHostExecutionSpace::memory_space>;

    RowId first_row = 0;  ///< global row of index 0
    RowId rows = 0;
    View member;          ///< [rows, members, targets], of which the first `rows` are meant

    int members() const { return static_cast<int>(member.extent(1)); }
    int targets() const { return static_cast<int>(member.extent(2)); }
};

/// Mean and population variance over members, of one row and target.
struct Moments {
    double mean;
    double variance;
};

/// Two passes in member order, float64. \param member  [rows, members, targets], on the host or a device
template <typename View>
KOKKOS_INLINE_FUNCTION Moments moments(const View& member, RowId row, int target)
{
    const auto count = static_cast<int>(member.extent(1));
    double mean = 0, variance = 0;
    for (int m = 0; m < count; ++m) mean += static_cast<double>(member(row, m, target));
    mean /= count;
    for (int m = 0; m < count; ++m) {
        const double deviation = static_cast<double>(member(row, m, target)) - mean;
        variance += deviation * deviation;
    }
    return {mean, variance / count};
}

}  // namespace sluice::models
