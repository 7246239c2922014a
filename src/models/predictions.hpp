#pragma once

#include "models/family.hpp"
#include "models/moments.hpp"

#include <Kokkos_Core.hpp>

namespace sluice::models {

/// What every member of an ensemble says about consecutive rows of the pool, in standardised target units (or raw, see TrainingSet), larger = better (see Goal). Or the mean and
/// variance of a distribution, in place of members 0 and 1: scores ask for moments and need not know which. Of a class, its probabilities stand in place of targets.
struct Predictions {
    using View = Kokkos::View<float***, Kokkos::LayoutRight, Kokkos::DefaultHostExecutionSpace::memory_space>;

    RowId first_row = 0;  ///< global row of index 0
    RowId rows = 0;
    View member;          ///< [rows, members or 2, targets], of which the first `rows` are meant
    Form form = Form::members;

    int members() const { return static_cast<int>(member.extent(1)); }
    int targets() const { return static_cast<int>(member.extent(2)); }
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

/// As above, or as they stand.
KOKKOS_INLINE_FUNCTION Moments moments(const Predictions::View& values, Form form, RowId row, int target)
{
    if (form == Form::members) return moments(values, row, target);
    return {static_cast<double>(values(row, 0, target)), static_cast<double>(values(row, 1, target))};
}

}  // namespace sluice::models
