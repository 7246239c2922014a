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
    std::vector<double> bound;

    float of(double raw, std::size_t column) const { return static_cast<float>(std::clamp((raw - shift[column]) / scale[column], -bound[column], bound[column])); }
};

/// As published: by mean and deviation over the labelled rows, plus 1e-6. \param values  [rows, columns], of float or double
template <typename T>
Normalisation normalisation_of(const std::vector<T>& values, std::int64_t columns);

/// By mean and deviation alone, so that units do not matter, and cut off at `bound` deviations. A column that is the same in all rows, such as a rare bit, tells that
/// another row differs, and not by how much: it is divided by its deviation over the pool and cut off at 1. (As published, that row is a million deviations away.)
/// \param over_the_pool  [columns] deviations; empty: 1
template <typename T>
Normalisation robust_normalisation_of(const std::vector<T>& values, std::int64_t columns, const std::vector<double>& over_the_pool = {}, double bound = INFINITY);

/// \return  [rows, columns]
template <typename T>
std::vector<float> normalised(const std::vector<T>& values, const Normalisation& by);

}  // namespace sluice::models::mixture_density
