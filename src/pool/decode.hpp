#pragma once

#include "pool/pool_file.hpp"

#include <cstring>

namespace sluice::pool {

template <typename T>
void decode_plain(const std::byte* stored, RowId columns, float* out)
{
    for (RowId c = 0; c < columns; ++c) {
        T value;
        std::memcpy(&value, stored + static_cast<std::size_t>(c) * sizeof(T), sizeof(T));
        out[c] = static_cast<float>(value);
    }
}

inline void decode_bits(const std::byte* stored, RowId columns, float* out)
{
    for (RowId c = 0; c < columns; ++c) {
        out[c] = static_cast<float>((static_cast<unsigned>(stored[c >> 3]) >> (7 - (c & 7))) & 1U);
    }
}

/// Calls `use` with a function (stored row, float32 row out) for the pool's feature type: the type is resolved once, outside loops over rows.
template <typename Use>
void with_row_decoder(const PoolInfo& info, const Use& use)
{
    const RowId columns = info.columns;
    switch (info.type) {
        case FeatureType::float32: return use([columns](const std::byte* stored, float* out) { std::memcpy(out, stored, static_cast<std::size_t>(columns) * 4); });
        case FeatureType::float16: return use([columns](const std::byte* stored, float* out) { decode_plain<_Float16>(stored, columns, out); });
        case FeatureType::uint8: return use([columns](const std::byte* stored, float* out) { decode_plain<unsigned char>(stored, columns, out); });
        case FeatureType::bits: return use([columns](const std::byte* stored, float* out) { decode_bits(stored, columns, out); });
    }
}

}  // namespace sluice::pool
