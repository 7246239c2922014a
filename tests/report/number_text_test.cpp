#include "report/plot/number_text.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sluice::report {

TEST(NumberText, OfValuesHasFiveDigits)
{
    EXPECT_EQ(value_text(0.123456), "0.12346");
    EXPECT_EQ(value_text(-2), "−2");
    EXPECT_EQ(value_text(1.5e-7), "1.5×10⁻⁷");
    EXPECT_EQ(value_text(-123456789), "−1.2346×10⁸");
    EXPECT_EQ(value_text(std::nan("")), "–");
}

TEST(NumberText, OfCountsGroupsThousands)
{
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(999), "999");
    EXPECT_EQ(count_text(133885), "133,885");
    EXPECT_EQ(count_text(-133885), "-133,885");
    EXPECT_EQ(count_text(100000000), "100,000,000");
    EXPECT_EQ(counted(1, "row"), "1 row");
    EXPECT_EQ(counted(0, "row"), "0 rows");
}

TEST(NumberText, OfDurationsChangesItsUnits)
{
    EXPECT_EQ(duration_text(0.0421), "42.1 ms");
    EXPECT_EQ(duration_text(12.34), "12.3 s");
    EXPECT_EQ(duration_text(723), "12 min 3 s");
    EXPECT_EQ(duration_text(7980), "2 h 13 min");
    EXPECT_EQ(duration_text(273600), "3 d 4 h");
    EXPECT_EQ(duration_text(0), "0 s");
}

TEST(NumberText, TakesThePrefixThatKeepsThreeDigits)
{
    EXPECT_EQ(si_text(0, "B"), "0 B");
    EXPECT_EQ(si_text(512, "B"), "512 B");
    EXPECT_EQ(si_text(2.5e9, "B/s"), "2.50 GB/s");
    EXPECT_EQ(si_text(999900, "B"), "1.00 MB");
    EXPECT_EQ(si_text(99.96e3, "B"), "100 kB");
    EXPECT_EQ(si_text(4.2e22, "FLOP"), "42000 EFLOP");
}

}  // namespace sluice::report
