#pragma once

#include <cstdint>
#include <span>

namespace sluice {

/// Rows of features in memory, row-major.
struct Points {
    std::span<const float> values;  ///< [rows, columns]
    std::int64_t columns = 0;

    std::int64_t rows() const { return columns == 0 ? 0 : static_cast<std::int64_t>(values.size()) / columns; }
    const float* row(std::int64_t i) const { return values.data() + i * columns; }
};

}  // namespace sluice
