#pragma once

#include "base/random.hpp"
#include "fusion/fuse/objective_space.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::test {

/// Points in (-1, 0]. With `levels` > 0 on a grid of so many values per objective, so that coordinates and whole points repeat; without, on a sphere that is
/// thickened by `depth`: 0 gives a front without a dominated point.
template <std::size_t T>
fusion::Points<T> random_points(std::size_t count, std::uint64_t seed, std::uint32_t levels, double depth = 0.3)
{
    RandomStream random(seed, Purpose::random_score, T, levels);
    fusion::Points<T> points(count);
    for (auto& p : points) {
        double squares = 0;
        for (double& x : p) {
            x = levels > 0 ? -static_cast<double>(random.below(levels)) / levels : -std::abs(random.normal());
            squares += x * x;
        }
        if (levels > 0) continue;
        const double radius = 1 - depth * random.uniform();
        for (double& x : p) x *= radius / std::sqrt(squares);
    }
    return points;
}

/// A point just above all others.
template <std::size_t T>
fusion::Point<T> reference_point()
{
    fusion::Point<T> reference;
    reference.fill(1.0 / 16);
    return reference;
}

template <std::size_t T>
using Targets = std::integral_constant<std::size_t, T>;

/// For tests of 2, 3 and 4 targets: TypeParam::value is their number.
using TwoToFourTargets = ::testing::Types<Targets<2>, Targets<3>, Targets<4>>;

}  // namespace sluice::test
