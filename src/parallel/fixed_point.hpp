#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace sluice::parallel {

/// Real numbers of known magnitude as multiples of a small unit, so that sums of many are whole numbers: the same for any order, threads and ranks.
/// A number is rounded by at most `largest` * `count` * 2^-62: for five million numbers by 2^-39 of the largest, and their sum by far less.
class FixedPoint {
public:
    /// \param largest  no number, and no partial sum divided by `count`, is larger in magnitude by more than rounding; > 0
    /// \param count  numbers that may be summed, >= 1
    FixedPoint(double largest, std::int64_t count)
    {
        int exponent = 0;
        std::frexp(largest, &exponent);  // largest < 2^exponent
        const int bits = 61 - exponent - static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count)));
        scale_ = std::ldexp(1.0, bits);
        unit_ = std::ldexp(1.0, -bits);
    }

    std::int64_t whole(double value) const { return std::llrint(value * scale_); }
    double real(std::int64_t sum) const { return static_cast<double>(sum) * unit_; }

private:
    double scale_;
    double unit_;
};

}  // namespace sluice::parallel
