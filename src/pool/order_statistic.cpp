#include "pool/order_statistic.hpp"

#include <algorithm>
#include <bit>

namespace sluice::pool {

namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

/// A whole number that orders as the doubles do.
std::uint64_t ordered(double value)
{
    const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);  // -0 becomes +0
    return (bits & sign_bit) != 0 ? ~bits : bits | sign_bit;
}

double from_ordered(std::uint64_t key)
{
    return std::bit_cast<double>((key & sign_bit) != 0 ? key & ~sign_bit : ~key);
}

}  // namespace

double order_statistic(std::span<const double> own, std::int64_t k, const Communicator& ranks)
{
    // The answer's bits from the top: with a bit set to 1, are there still at most k values below?
    std::uint64_t answer = 0;
    for (std::uint64_t bit = sign_bit; bit != 0; bit >>= 1) {
        const std::uint64_t trial = answer | bit;
        const auto below = std::count_if(own.begin(), own.end(), [&](double v) { return ordered(v) < trial; });
        if (ranks.sum(static_cast<std::int64_t>(below)) <= k) answer = trial;
    }
    return from_ordered(answer);
}

}  // namespace sluice::pool
