#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::models::mixture_density {

/// Columns as the networks see them: (raw - shift) / scale, cut off at -bound and bound.
struct Normalisation {
    std::vector<double> shift;
    std::vector<double> scale;
    double bound = INFINITY;

    float of(double raw, std::size_t column) const { return static_cast<float>(std::clamp((raw - shift[column]) / scale[column], -bound, bound)); }
};

/// As published: by mean and deviation over the labelled rows, plus 1e-6. \param values  [rows, columns], of float or double
template <typename T>
Normalisation normalisation_of(const std::vector<T>& values, std::int64_t columns);

/// The same for a pool whose rows may be unlike the labelled ones. A column that is the same in all labelled rows, such as a rare bit, would be divided by 1e-6,
/// and a row in which it differs predicted a million deviations away: it keeps its own units. All columns are cut off at 10 deviations.
Normalisation bounded_normalisation_of(const std::vector<float>& values, std::int64_t columns);

/// \return  [rows, columns]
template <typename T>
std::vector<float> normalised(const std::vector<T>& values, const Normalisation& by);

}  // namespace sluice::models::mixture_density
