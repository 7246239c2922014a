#include "pool/decode_on_device.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace sluice::pool {

namespace {

float value_of(std::uint16_t half)
{
    const int exponent = half >> 10 & 31, fraction = half & 1023;
    const float size = exponent == 31 ? (fraction != 0 ? NAN : INFINITY) : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24) : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return (half >> 15) != 0 ? -size : size;
}

}  // namespace

/// Subnormal numbers, both zeros, infinities and what is no number among them.
TEST(DeviceDecoding, KnowsEveryHalfPrecisionNumber)
{
    PoolInfo info;
    info.rows = 65536;
    info.columns = 1;
    info.type = FeatureType::float16;
    std::vector<std::uint16_t> halves(65536);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
    const auto bytes = std::as_bytes(std::span(halves));
    const auto stored = parallel::to_device("test/stored", bytes);
    const parallel::DeviceArray<float> decoded("test/decoded", halves.size());
    decode_on_device(info, to_device(Scaling{}), stored.data(), info.rows, decoded.data());
    std::vector<float> out(halves.size());
    parallel::to_host(decoded, std::span(out));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const float expected = value_of(halves[i]);
        if (std::isnan(expected)) EXPECT_TRUE(std::isnan(out[i])) << i;
        else EXPECT_EQ(std::bit_cast<std::uint32_t>(out[i]), std::bit_cast<std::uint32_t>(expected)) << i;
    }
}

}  // namespace sluice::pool
