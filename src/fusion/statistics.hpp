#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace sluice::fusion {

inline double mean(std::span<const double> values)
{
    double sum = 0;
    for (const double v : values) sum += v;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// Population standard deviation.
inline double deviation(std::span<const double> values)
{
    const double centre = mean(values);
    double sum = 0;
    for (const double v : values) sum += (v - centre) * (v - centre);
    return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

/// Linear between order statistics. \param share  in [0, 1]
inline double quantile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

inline double median(std::vector<double> values)
{
    return quantile(std::move(values), 0.5);
}

}  // namespace sluice::fusion
