#include "parallel/fixed_point.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::parallel {

TEST(FixedPoint, HoldsTheLargestSumAndItsDigits)
{
    for (const double largest : {1.0, 0.3, 5e4, 1e-9}) {
        for (const std::int64_t count : {1LL, 1000LL, 5000000LL, 4000000000LL}) {
            const FixedPoint fixed(largest, count);
            EXPECT_LT(std::abs(static_cast<double>(fixed.whole(largest)) * static_cast<double>(count)), 0x1p62) << largest << " x " << count;
            EXPECT_NEAR(fixed.real(fixed.whole(largest)), largest, largest * static_cast<double>(count) * 0x1p-59);
            EXPECT_EQ(fixed.whole(-largest), -fixed.whole(largest));
        }
    }
}

TEST(FixedPoint, SumsInAnyOrder)
{
    const FixedPoint fixed(1.0, 100000);
    std::int64_t up = 0, down = 0;
    double expected = 0;
    for (int i = 0; i < 100000; ++i) {
        up += fixed.whole(std::sin(i));
        down += fixed.whole(std::sin(99999 - i));
        expected += std::sin(i);
    }
    EXPECT_EQ(up, down);
    EXPECT_NEAR(fixed.real(up), expected, 1e-9);
}

}  // namespace sluice::parallel
