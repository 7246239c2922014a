#include "pool/missing_features.hpp"

#include <bit>
#include <cmath>

namespace sluice::pool {

namespace {

/// Whether all are finite numbers. Looks at exponents without branches: this is done to every byte of a pool.
bool all_finite(const float* values, std::size_t count)
{
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        constexpr std::uint32_t exponent = 0x7F800000;
        found |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(values[i]) & exponent) == exponent);
    }
    return found == 0;
}

bool all_finite(const _Float16* values, std::size_t count)
{
    unsigned found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        constexpr std::uint16_t exponent = 0x7C00;
        found |= static_cast<unsigned>((std::bit_cast<std::uint16_t>(values[i]) & exponent) == exponent);
    }
    return found == 0;
}

/// Column of the first feature of a row that is not finite, or -1.
template <typename T>
RowId first_missing(const T* row, RowId columns)
{
    if (all_finite(row, static_cast<std::size_t>(columns))) return -1;
    for (RowId c = 0; c < columns; ++c) {
        if (!std::isfinite(static_cast<float>(row[c]))) return c;
    }
    return -1;
}

template <typename T>
void zero_missing(T* values, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isfinite(static_cast<float>(values[i]))) values[i] = T(0);
    }
}

}  // namespace

RowId first_missing(const PoolInfo& info, const std::byte* row)
{
    switch (info.type) {
        case FeatureType::float32: return first_missing(reinterpret_cast<const float*>(row), info.columns);
        case FeatureType::float16: return first_missing(reinterpret_cast<const _Float16*>(row), info.columns);
        default: return -1;
    }
}

void zero_missing(const PoolInfo& info, std::byte* rows, RowId count)
{
    const auto values = static_cast<std::size_t>(count * info.columns);
    if (info.type == FeatureType::float32) zero_missing(reinterpret_cast<float*>(rows), values);
    if (info.type == FeatureType::float16) zero_missing(reinterpret_cast<_Float16*>(rows), values);
}

}  // namespace sluice::pool
