#pragma once

#include "base/error.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace sluice::fusion {

/// Fusion combines this many targets at most: hypervolumes in more dimensions are not computed.
inline constexpr std::size_t most_targets = 4;

/// A point of objective space. All objectives are minimised; coordinates are finite and never NaN.
template <std::size_t T>
using Point = std::array<double, T>;

template <std::size_t T>
using Points = std::vector<Point<T>>;

/// At least as good in every objective; true for equal points.
template <std::size_t T>
constexpr bool covers(const Point<T>& a, const Point<T>& b)
{
    for (std::size_t t = 0; t < T; ++t) {
        if (!(a[t] <= b[t])) return false;
    }
    return true;
}

/// Calls work with the number of targets as a constant of compile time, 2 to 4. Fails on another number.
template <typename Work>
decltype(auto) with_targets(std::size_t targets, const Work& work)
{
    switch (targets) {
        case 2: return work(std::integral_constant<std::size_t, 2>());
        case 3: return work(std::integral_constant<std::size_t, 3>());
        case 4: return work(std::integral_constant<std::size_t, 4>());
        default: fail("hypervolumes are computed for 2, 3 or 4 targets, not {}", targets);
    }
}

}  // namespace sluice::fusion
