#pragma once

#include <cstdint>
#include <vector>

namespace sluice::fusion {

constexpr std::int32_t noise = -1;  ///< label of rows that are in no cluster

/// Numbers clusters 0, 1, ... by their first rows. \return their number
inline std::int32_t number_by_first_row(std::vector<std::int32_t>& label)
{
    std::vector<std::int32_t> number;
    std::int32_t clusters = 0;
    for (auto& l : label) {
        if (l == noise) continue;
        if (static_cast<std::size_t>(l) >= number.size()) number.resize(static_cast<std::size_t>(l) + 1, noise);
        auto& n = number[static_cast<std::size_t>(l)];
        if (n == noise) n = clusters++;
        l = n;
    }
    return clusters;
}

}  // namespace sluice::fusion
