#include "models/mixture_density/clipping.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::models::mixture_density {

Units units_of(const Shape& shape, Clipping clipping)
{
    Units units;
    std::size_t first = 0;
    const auto add = [&](std::size_t count, std::size_t period) {
        units.segments.push_back({first, count, period, units.count});
        units.count += period;
        first += count;
    };
    const auto sizes = shape.layers();
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
        const auto in = static_cast<std::size_t>(sizes[l]), out = static_cast<std::size_t>(sizes[l + 1]);
        const bool is_head = l + 2 == sizes.size();
        if (clipping == Clipping::per_member) add(in * out, out);
        else add(in * out, is_head ? static_cast<std::size_t>(shape.slots()) : in * out);
        add(out, out);
    }
    return units;
}

void add_squares(const Units& units, const float* values, float* sums)
{
    for (const auto& segment : units.segments) {
        const float* value = values + segment.first;
        float* __restrict sum = sums + segment.unit;
        for (std::size_t row = 0; row < segment.count; row += segment.period) {
            for (std::size_t i = 0; i < segment.period; ++i) sum[i] += value[row + i] * value[row + i];
        }
    }
}

void clipping_factors(std::span<const float> parameter_squares, std::span<const float> gradient_squares, std::span<float> factors)
{
    constexpr float share = 0.1F, least_norm = 1e-3F, least_divisor = 1e-6F;
    for (std::size_t u = 0; u < factors.size(); ++u) {
        const float limit = share * std::max(std::sqrt(parameter_squares[u]), least_norm);
        const float norm = std::sqrt(gradient_squares[u]);
        factors[u] = norm >= limit ? limit / std::max(norm, least_divisor) : 1.0F;
    }
}

}  // namespace sluice::models::mixture_density
