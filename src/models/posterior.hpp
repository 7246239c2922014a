#pragma once

#include <cstdint>
#include <functional>

namespace sluice::models {

/// By how much a known label lowers the variance of rows: fills `out` [rows], >= 0, for features [rows, columns]. May be called from several threads at
/// once, always with the same number of rows.
using Reduction = std::function<void(const float* features, std::int64_t rows, double* out)>;

/// The variance of a Gaussian process given its labelled rows, and how it falls when points are labelled: by what is known of them before their labels are
/// there, as it depends on where points lie and not on their labels. In standardised units, of the process without noise.
struct Posterior {
    /// Fills `out` [rows]. As Reduction.
    Reduction variance;
    /// Counts one point more as labelled: what that takes off the variances which the points before it have left. One call after the other, the same on
    /// every rank. \param features  [columns], scaled
    std::function<Reduction(const float* features)> condition;
};

}  // namespace sluice::models
