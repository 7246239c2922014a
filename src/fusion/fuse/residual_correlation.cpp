#include "fusion/fuse/residual_correlation.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

std::vector<double> residual_correlation(std::span<const double> residuals, std::size_t targets)
{
    const std::size_t rows = residuals.size() / targets;
    std::vector<double> mean(targets, 0.0), products(targets * targets, 0.0), correlation(targets * targets);
    double count = 0;
    const auto for_each_known = [&](const auto& work) {
        for (std::size_t i = 0; i < rows; ++i) {
            const auto row = residuals.subspan(i * targets, targets);
            if (std::none_of(row.begin(), row.end(), [](double r) { return std::isnan(r); })) work(row);
        }
    };
    for_each_known([&](std::span<const double> row) {
        count += 1;
        for (std::size_t t = 0; t < targets; ++t) mean[t] += row[t];
    });
    for (double& m : mean) m /= count;
    for_each_known([&](std::span<const double> row) {
        for (std::size_t s = 0; s < targets; ++s) {
            for (std::size_t t = 0; t < targets; ++t) products[s * targets + t] += (row[s] - mean[s]) * (row[t] - mean[t]);
        }
    });
    for (std::size_t s = 0; s < targets; ++s) {
        for (std::size_t t = 0; t < targets; ++t) {
            const double value = products[s * targets + t] / std::sqrt(products[s * targets + s]) / std::sqrt(products[t * targets + t]);
            correlation[s * targets + t] = s == t ? 1.0 : std::isfinite(value) ? std::clamp(value, -1.0, 1.0) : 0.0;
        }
    }
    return correlation;
}

}  // namespace sluice::fusion
