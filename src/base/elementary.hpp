#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Exponentials and logarithms without branches or calls, so that loops over them are turned into vector instructions, and with the same bits whatever
/// the width of a vector. Coefficients: minimax and Taylor polynomials on reduced arguments.
namespace sluice::elementary {

/// e^x to 2e-7 relative; 0 below -87, the value at 88 above it.
inline float exp(float x)
{
    constexpr float log2e = 1.44269504F, ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F, shift = 12582912.0F;  // 1.5 * 2^23: rounds to a whole number
    const float clamped = x < -87.0F ? -87.0F : x > 88.0F ? 88.0F : x;
    const float shifted = clamped * log2e + shift;
    const float n = shifted - shift;
    const float r = (clamped - n * ln2_high) - n * ln2_low;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * r * r + r + 1.0F;
    const auto power = (std::bit_cast<std::int32_t>(shifted) << 23) + 0x3F800000;
    return x < -87.0F ? 0.0F : p * std::bit_cast<float>(power);
}

/// e^x to 3e-16 relative; 0 below -708, the value at 709 above it.
inline double exp(double x)
{
    constexpr double log2e = 1.4426950408889634, ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10, shift = 6755399441055744.0;
    const double clamped = x < -708.0 ? -708.0 : x > 709.0 ? 709.0 : x;
    const double shifted = clamped * log2e + shift;
    const double n = shifted - shift;
    const double r = (clamped - n * ln2_high) - n * ln2_low;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r * r + r + 1.0;
    const auto power = (std::bit_cast<std::int64_t>(shifted) << 52) + 0x3FF0000000000000;
    return x < -708.0 ? 0.0 : p * std::bit_cast<double>(power);
}

/// log x to 2e-7, for normal x > 0.
inline float log(float x)
{
    constexpr float ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
    const auto bits = std::bit_cast<std::int32_t>(x) - 0x3F3504F3;  // of sqrt(1/2): the mantissa is in [sqrt(1/2), sqrt(2))
    const auto exponent = bits >> 23;
    const float m = std::bit_cast<float>((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0F;
    float p = 7.0376836292e-2F;
    p = p * m - 1.1514610310e-1F;
    p = p * m + 1.1676998740e-1F;
    p = p * m - 1.2420140846e-1F;
    p = p * m + 1.4249322787e-1F;
    p = p * m - 1.6668057665e-1F;
    p = p * m + 2.0000714765e-1F;
    p = p * m - 2.4999993993e-1F;
    p = p * m + 3.3333331174e-1F;
    const auto e = static_cast<float>(exponent);
    const float square = m * m;
    return ((p * m * square + e * ln2_low) - 0.5F * square) + m + e * ln2_high;
}

/// log x to 3e-16 of its size or of 1, for normal x > 0.
inline double log(double x)
{
    constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    constexpr std::int64_t half_root = 0x3FE6A09E667F3BCD;  // of sqrt(1/2)
    const auto bits = std::bit_cast<std::int64_t>(x) - half_root;
    const double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFF) + half_root);
    // The exponent as a double without a conversion of 64-bit integers, which AVX2 lacks: placed in the mantissa of 2^52.
    const double e = std::bit_cast<double>(((bits >> 52) + 0x400) | 0x4330000000000000) - (4503599627370496.0 + 0x400);
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    double p = 1.0 / 21.0;
    p = p * z + 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    return e * ln2_high + (2.0 * s + (2.0 * s * z * p + e * ln2_low));
}

/// tanh u to 2e-7.
inline float tanh(float u)
{
    return 1.0F - 2.0F / (exp(2.0F * u) + 1.0F);
}

/// log(1 + e^v), to 4e-7 relative also where it is small.
inline float softplus(float v)
{
    const float t = exp(-std::fabs(v));
    const float w = 1.0F + t;
    // Kahan's form of log(1 + t): the rounding of 1 + t is divided out.
    const float log1p = w == 1.0F ? t : log(w) * (t / (w == 1.0F ? 1.0F : w - 1.0F));
    return (v > 0.0F ? v : 0.0F) + log1p;
}

/// 1 / (1 + e^-v).
inline float sigmoid(float v)
{
    return 1.0F / (1.0F + exp(-v));
}

}  // namespace sluice::elementary
