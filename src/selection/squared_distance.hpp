#pragma once

#include <array>
#include <cstddef>

namespace sluice::selection {

/// Squared Euclidean distance. Sixteen running sums that the compiler keeps in vector registers, added up in a fixed order.
inline float squared_distance(const float* a, const float* b, std::size_t columns)
{
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> sum{};
    std::size_t c = 0;
    for (; c + lanes <= columns; c += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            const float difference = a[c + l] - b[c + l];
            sum[l] += difference * difference;
        }
    }
    for (std::size_t l = 0; c + l < columns; ++l) {
        const float difference = a[c + l] - b[c + l];
        sum[l] += difference * difference;
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) sum[l] += sum[l + width];
    }
    return sum[0];
}

}  // namespace sluice::selection
