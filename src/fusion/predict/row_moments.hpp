#pragma once

#include "fusion/predict/closeness.hpp"
#include "models/predictions.hpp"

namespace sluice::fusion {

/// The window of a target whose predictions are turned into closeness.
struct Folding {
    bool is_asked_for = false;
    double centre = 0;
    double typical = 0;  ///< closeness that counts as 0
};

/// What the members say of one row, on the host or a device.
/// \param members_say  [rows, members, 1]
template <typename View>
KOKKOS_INLINE_FUNCTION Closeness row_moments(const View& members_say, RowId row, const Folding& folding)
{
    constexpr double least_deviation = 1e-8;
    const auto said = models::moments(members_say, row, 0);
    const bool is_number = Kokkos::isfinite(said.mean) && Kokkos::isfinite(said.variance);  // what is none says nothing
    Closeness m{is_number ? said.mean : 0, (is_number ? Kokkos::sqrt(said.variance) : 0) + least_deviation};
    if (folding.is_asked_for) {
        m = closeness(m.mean - folding.centre, m.deviation);
        m.mean -= folding.typical;
        m.deviation += least_deviation;
    }
    return m;
}

}  // namespace sluice::fusion
