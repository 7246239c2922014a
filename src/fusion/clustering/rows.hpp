#pragma once

#include "base/points.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::fusion {

/// Rows of features laid out for distances: each is padded with zeros to whole vector registers, so that no kernel has a remainder to care for.
struct Rows {
    static constexpr std::int64_t lanes = 16;

    std::int64_t count = 0;
    std::int64_t columns = 0;
    std::int64_t stride = 0;    ///< columns rounded up to a multiple of `lanes`
    std::vector<float> values;  ///< [count, stride]

    Rows() = default;
    /// `count` rows of zeros.
    Rows(std::int64_t count, std::int64_t columns);
    explicit Rows(const Points& points);
    /// Some rows of others, in the order of `which`.
    Rows(const Rows& all, std::span<const std::int64_t> which);

    const float* row(std::int64_t i) const { return values.data() + i * stride; }
    float* row(std::int64_t i) { return values.data() + i * stride; }
};

/// Whether all rows are the same; true for one row or none.
bool all_equal(const Rows& rows);

}  // namespace sluice::fusion
