#pragma once

#include "pool/pool_file.hpp"

#include <cstddef>

namespace sluice::pool {

/// Column of the first feature of a stored row that is not finite, or -1.
RowId first_missing(const PoolInfo& info, const std::byte* row);

/// Makes features of stored rows that are not finite 0.
void zero_missing(const PoolInfo& info, std::byte* rows, RowId count);

}  // namespace sluice::pool
