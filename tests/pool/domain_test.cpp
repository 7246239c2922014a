#include "pool/domain.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::pool {

TEST(Domain, NumbersOfSinglePrecisionStayWithinBoundsThatAreNone)
{
    const Domain domain{{-32.768, 0.1}, {32.768, 0.3}};
    ASSERT_GT(static_cast<double>(32.768F), 32.768);  // the nearest number of single precision is outside
    for (const double fraction : {0.0, 0.3, 1.0, 1.5, -2.0}) {
        for (std::size_t c = 0; c < 2; ++c) {
            const auto x = static_cast<double>(domain.at(c, fraction));
            EXPECT_GE(x, domain.lower[c]);
            EXPECT_LE(x, domain.upper[c]);
        }
    }
    EXPECT_EQ(domain.at(0, 0.5), 0.0F);
}

TEST(Domain, ScalingIsThatOfPointsSpreadEvenly)
{
    const Domain domain{{2}, {6}};
    const auto scaling = standardising(domain);
    double sum = 0, squares = 0;
    constexpr int count = 100000;
    for (int i = 0; i < count; ++i) {
        const double x = (static_cast<double>(domain.at(0, (i + 0.5) / count)) - static_cast<double>(scaling.shift[0])) * static_cast<double>(scaling.factor[0]);
        sum += x, squares += x * x;
    }
    EXPECT_NEAR(sum / count, 0, 1e-5);
    EXPECT_NEAR(squares / count, 1, 1e-5);
}

TEST(Domain, FingerprintIsOfTheBounds)
{
    const auto fingerprint = [](double last) { return empty_shard({{0, 1}, {2, last}}).fingerprint; };
    EXPECT_NE(fingerprint(3), fingerprint(4));
    EXPECT_EQ(fingerprint(3), fingerprint(3));
}

}  // namespace sluice::pool
