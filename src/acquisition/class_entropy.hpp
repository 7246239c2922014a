#pragma once

#include "models/predictions.hpp"

namespace sluice::acquisition {

/// One class's part of an entropy, nats: -p log p, and 0 of p = 0.
KOKKOS_INLINE_FUNCTION double entropy_part(double p)
{
    return p > 0 ? -p * Kokkos::log(p) : 0;
}

/// Entropy of the mean over members of a row's probabilities. \param member  [rows, members, classes]
KOKKOS_INLINE_FUNCTION double entropy_of_mean(const models::Predictions::View& member, RowId row)
{
    const auto members = static_cast<int>(member.extent(1)), classes = static_cast<int>(member.extent(2));
    double entropy = 0;
    for (int c = 0; c < classes; ++c) {
        double sum = 0;
        for (int m = 0; m < members; ++m) sum += static_cast<double>(member(row, m, c));
        entropy += entropy_part(sum / members);
    }
    return entropy;
}

/// Mean over members of the entropy of what each says.
KOKKOS_INLINE_FUNCTION double mean_entropy(const models::Predictions::View& member, RowId row)
{
    const auto members = static_cast<int>(member.extent(1)), classes = static_cast<int>(member.extent(2));
    double sum = 0;
    for (int m = 0; m < members; ++m) {
        for (int c = 0; c < classes; ++c) sum += entropy_part(static_cast<double>(member(row, m, c)));
    }
    return sum / members;
}

}  // namespace sluice::acquisition
