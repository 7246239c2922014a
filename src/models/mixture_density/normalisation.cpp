#include "models/mixture_density/normalisation.hpp"

namespace sluice::models::mixture_density {

namespace {

/// Means as shift, deviations as scale.
template <typename T>
Normalisation means_and_deviations(const std::vector<T>& values, std::int64_t columns)
{
    const auto width = static_cast<std::size_t>(columns);
    const auto rows = static_cast<double>(values.size() / width);
    Normalisation result{std::vector<double>(width, 0.0), std::vector<double>(width, 0.0), std::vector<double>(width, INFINITY)};
    for (std::size_t i = 0; i < values.size(); ++i) result.shift[i % width] += static_cast<double>(values[i]) / rows;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double deviation = static_cast<double>(values[i]) - result.shift[i % width];
        result.scale[i % width] += deviation * deviation / rows;
    }
    for (auto& scale : result.scale) scale = std::sqrt(scale);
    return result;
}

}  // namespace

template <typename T>
Normalisation normalisation_of(const std::vector<T>& values, std::int64_t columns)
{
    constexpr double least = 1e-6;
    auto result = means_and_deviations(values, columns);
    for (auto& scale : result.scale) scale += least;
    return result;
}

template <typename T>
Normalisation robust_normalisation_of(const std::vector<T>& values, std::int64_t columns, const std::vector<double>& over_the_pool, double bound)
{
    constexpr double rounding = 1e-12;  // of a mean of equal numbers
    auto result = means_and_deviations(values, columns);
    for (std::size_t c = 0; c < result.scale.size(); ++c) {
        const bool varies = result.scale[c] > rounding * std::abs(result.shift[c]);
        result.bound[c] = varies ? bound : 1;
        if (!varies) result.scale[c] = over_the_pool.empty() ? 1 : over_the_pool[c];
    }
    return result;
}

template <typename T>
std::vector<float> normalised(const std::vector<T>& values, const Normalisation& by)
{
    std::vector<float> result(values.size());
    const auto width = by.shift.size();
    for (std::size_t i = 0; i < values.size(); ++i) result[i] = by.of(static_cast<double>(values[i]), i % width);
    return result;
}

template Normalisation normalisation_of(const std::vector<float>&, std::int64_t);
template Normalisation normalisation_of(const std::vector<double>&, std::int64_t);
template Normalisation robust_normalisation_of(const std::vector<float>&, std::int64_t, const std::vector<double>&, double);
template Normalisation robust_normalisation_of(const std::vector<double>&, std::int64_t, const std::vector<double>&, double);
template std::vector<float> normalised(const std::vector<float>&, const Normalisation&);
template std::vector<float> normalised(const std::vector<double>&, const Normalisation&);

}  // namespace sluice::models::mixture_density
