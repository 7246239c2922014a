#include "models/mixture_density/normalisation.hpp"

namespace sluice::models::mixture_density {

namespace {

constexpr double least = 1e-6;

}  // namespace

template <typename T>
Normalisation normalisation_of(const std::vector<T>& values, std::int64_t columns)
{
    const auto width = static_cast<std::size_t>(columns);
    const auto rows = static_cast<double>(values.size() / width);
    Normalisation result{std::vector<double>(width, 0.0), std::vector<double>(width, 0.0)};
    for (std::size_t i = 0; i < values.size(); ++i) result.shift[i % width] += static_cast<double>(values[i]) / rows;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double deviation = static_cast<double>(values[i]) - result.shift[i % width];
        result.scale[i % width] += deviation * deviation / rows;
    }
    for (auto& scale : result.scale) scale = std::sqrt(scale) + least;
    return result;
}

Normalisation bounded_normalisation_of(const std::vector<float>& values, std::int64_t columns)
{
    auto result = normalisation_of(values, columns);
    result.bound = 10;
    for (auto& scale : result.scale) {
        if (scale < 2 * least) scale = 1;
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
template std::vector<float> normalised(const std::vector<float>&, const Normalisation&);
template std::vector<float> normalised(const std::vector<double>&, const Normalisation&);

}  // namespace sluice::models::mixture_density
