#pragma once

#include "represent/training/minibatches.hpp"
#include "support/draws.hpp"

#include <cmath>

namespace sluice::test {

/// Rows on a curved surface of two dimensions in `columns`, with a little noise; every column has mean 0 and variance 1.
inline represent::TrainingRows surface(std::int64_t rows, std::int64_t columns, std::uint64_t seed = 1)
{
    represent::TrainingRows data{rows, columns, represent::Floats(static_cast<std::size_t>(rows * columns))};
    const auto s = normals(seed, static_cast<std::size_t>(2 * rows)), noise = normals(seed + 1000, static_cast<std::size_t>(rows * columns));
    for (std::int64_t c = 0; c < columns; ++c) {
        std::vector<double> values;
        double mean = 0, square = 0;
        for (std::int64_t i = 0; i < rows; ++i) {
            const double a = s[static_cast<std::size_t>(2 * i)], b = s[static_cast<std::size_t>(2 * i + 1)], angle = static_cast<double>(c);
            const double value = std::cos(angle) * a + std::sin(angle) * b + 0.5 * std::sin(a + angle) + 0.05 * noise[static_cast<std::size_t>(i * columns + c)];
            values.push_back(value);
            mean += value / static_cast<double>(rows);
        }
        for (const double value : values) square += (value - mean) * (value - mean) / static_cast<double>(rows);
        for (std::int64_t i = 0; i < rows; ++i) data.x[static_cast<std::size_t>(i * columns + c)] = static_cast<float>((values[static_cast<std::size_t>(i)] - mean) / std::sqrt(square));
    }
    return data;
}

}  // namespace sluice::test
