#include "base/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace sluice {

using Block = std::array<std::uint32_t, 4>;

TEST(Philox, GivesThePublishedNumbers)  // Random123 1.09, tests/kat_vectors, philox4x32 with 10 rounds
{
    EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    constexpr std::uint32_t ones = 0xffffffff;
    EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}), (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}), (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, IsPhiloxWithTheIndexAndABlockNumberAsCounter)  // campaigns on disk rest on this layout
{
    const std::uint64_t seed = 0x123456789abcdef0, index = 0xfedcba9876543210;
    RandomStream stream(seed, Purpose::minibatch, 7, index);
    for (std::uint32_t block = 0; block < 3; ++block) {
        const auto expected = philox({0x76543210, 0xfedcba98, block, 0}, {0x9abcdef0U ^ (4U * 0x9E3779B9U), 0x12345678U ^ 7U});
        for (const auto word : expected) EXPECT_EQ(stream.bits(), word);
    }
}

TEST(RandomStream, OfAnotherSeedPurposeIterationOrIndexIsAnother)
{
    std::set<std::vector<std::uint32_t>> streams;
    std::size_t made = 0;
    for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, 1ULL << 40}) {
        for (const auto purpose : {Purpose::initial_rows, Purpose::bootstrap, Purpose::weight_init, Purpose::minibatch, Purpose::random_score}) {
            for (const std::uint32_t iteration : {0U, 1U, 50U}) {
                for (const std::uint64_t index : {0ULL, 1ULL, 1ULL << 32, (1ULL << 32) + 1}) {
                    RandomStream stream(seed, purpose, iteration, index);
                    streams.insert({stream.bits(), stream.bits()});
                    ++made;
                }
            }
        }
    }
    EXPECT_EQ(streams.size(), made);
}

TEST(RandomStream, UniformFillsZeroToOneEvenly)
{
    constexpr int cells = 20, draws = 100000;
    std::array<int, cells> count{};
    for (int i = 0; i < draws; ++i) {  // one draw of each of many streams, as rows of a pool are drawn
        const double value = RandomStream(1, Purpose::initial_rows, 0, static_cast<std::uint64_t>(i)).uniform();
        ASSERT_GE(value, 0);
        ASSERT_LT(value, 1);
        ++count[static_cast<std::size_t>(value * cells)];
    }
    double chi_square = 0;
    for (const int c : count) chi_square += (c - draws / cells) * (c - draws / cells) / static_cast<double>(draws / cells);
    EXPECT_LT(chi_square, 43.8);  // 19 degrees of freedom, 0.1 %
}

TEST(RandomStream, BelowIsUniformForABoundThatIsNoPowerOfTwo)
{
    constexpr std::uint32_t bound = 11;
    constexpr int draws = 110000;
    std::array<int, bound> count{};
    RandomStream stream(3, Purpose::bootstrap, 2, 5);
    for (int i = 0; i < draws; ++i) {
        const auto value = stream.below(bound);
        ASSERT_LT(value, bound);
        ++count[value];
    }
    double chi_square = 0;
    for (const int c : count) chi_square += (c - 10000) * (c - 10000) / 10000.0;
    EXPECT_LT(chi_square, 29.6);  // 10 degrees of freedom, 0.1 %
}

TEST(RandomStream, BelowReachesAllOfALargeBound)
{
    // Remainders of 32 bits would be twice as frequent below 2^32 - bound: the lower third would get half of the draws.
    constexpr std::uint32_t bound = 3'000'000'000;
    RandomStream stream(4, Purpose::bootstrap, 0, 0);
    int low = 0;
    for (int i = 0; i < 30000; ++i) {
        const auto value = stream.below(bound);
        ASSERT_LT(value, bound);
        low += value < bound / 3 ? 1 : 0;
    }
    EXPECT_NEAR(low, 10000, 4 * 82);
    EXPECT_EQ(RandomStream(4, Purpose::bootstrap, 0, 0).below(1), 0U);
}

TEST(RandomStream, NormalHasTheMomentsOfTheNormalDistribution)
{
    constexpr int draws = 200000;
    std::array<double, 5> power{};
    int outside = 0;
    RandomStream stream(5, Purpose::weight_init, 0, 0);
    for (int i = 0; i < draws; ++i) {
        const double value = stream.normal();
        ASSERT_TRUE(std::isfinite(value));
        double x = 1;
        for (auto& p : power) p += x / draws, x *= value;
        outside += std::abs(value) > 1.959964 ? 1 : 0;
    }
    const double root = std::sqrt(static_cast<double>(draws));  // the tolerances are four standard errors
    EXPECT_NEAR(power[1], 0, 4 / root);
    EXPECT_NEAR(power[2], 1, 4 * std::sqrt(2.0) / root);
    EXPECT_NEAR(power[3], 0, 4 * std::sqrt(15.0) / root);
    EXPECT_NEAR(power[4], 3, 4 * std::sqrt(96.0) / root);
    EXPECT_NEAR(outside / static_cast<double>(draws), 0.05, 4 * std::sqrt(0.05 * 0.95) / root);
}

}  // namespace sluice
