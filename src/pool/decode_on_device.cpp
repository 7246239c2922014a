#include "pool/decode_on_device.hpp"

namespace sluice::pool {

namespace {

/// Of an IEEE half-precision number: a device's compiler need not have the type.
KOKKOS_INLINE_FUNCTION float from_half(std::uint16_t half)
{
    const std::uint32_t sign = (half & 0x8000U) << 16U, exponent = (half >> 10U) & 0x1FU, fraction = half & 0x3FFU;
    if (exponent == 0) {
        const float small = static_cast<float>(fraction) * 5.9604644775390625e-8F;  // 2^-24
        return sign != 0 ? -small : small;
    }
    return Kokkos::bit_cast<float>(sign | (exponent == 0x1FU ? 0x7F800000U : (exponent + 112U) << 23U) | fraction << 13U);
}

KOKKOS_INLINE_FUNCTION float stored_value(FeatureType type, const std::byte* row, RowId column)
{
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(row);
    switch (type) {
        case FeatureType::float32: return reinterpret_cast<const float*>(row)[column];
        case FeatureType::float16: return from_half(reinterpret_cast<const std::uint16_t*>(row)[column]);
        case FeatureType::uint8: return static_cast<float>(bytes[column]);
        case FeatureType::bits: return static_cast<float>((bytes[column >> 3] >> (7 - (column & 7))) & 1U);
    }
    return 0;
}

}  // namespace

DeviceScaling to_device(const Scaling& scaling)
{
    return {parallel::to_device("pool/shift", std::span<const float>(scaling.shift)), parallel::to_device("pool/factor", std::span<const float>(scaling.factor))};
}

void decode_on_device(const PoolInfo& info, const DeviceScaling& scaling, const std::byte* stored, RowId rows, float* out)
{
    const auto type = info.type;
    const RowId columns = info.columns;
    const auto row_bytes = static_cast<RowId>(info.row_bytes());
    const auto shift = scaling.shift, factor = scaling.factor;
    const bool is_scaled = shift.size() > 0;
    Kokkos::parallel_for(
        "pool/decode", Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>(0, rows * columns), KOKKOS_LAMBDA(const RowId i) {
            const RowId row = i / columns, column = i % columns;
            const float value = stored_value(type, stored + row * row_bytes, column);
            out[i] = is_scaled ? (value - shift(column)) * factor(column) : value;
        });
}

}  // namespace sluice::pool
