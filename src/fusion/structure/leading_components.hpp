#pragma once

#include "pool/shard.hpp"

#include <array>

namespace sluice::fusion {

/// Pools with more columns than this have their components from a sample of rows.
inline constexpr RowId most_columns_of_covariance = 1100;

/// The two directions of largest variance of a pool, unit vectors [columns], the entry of largest magnitude positive (the first of several). A direction
/// with next to no variance beside the first is zero.
///
/// Up to 1,100 columns: of the covariance of all rows, accumulated per tile in double precision and over tiles in whole numbers. The same bits for any
/// number of ranks and threads. A departure from the specification, for wider pools: of 2,048 rows evenly spaced over the pool.
/// Collective; sends one covariance matrix, or the sample.
/// \param standardising  scaling to mean zero and variance one (pool::standardising)
/// Source: specification section 8.2.
std::array<std::vector<double>, 2> leading_components(const pool::Shard& shard, const pool::Scaling& standardising, const Communicator& ranks);

}  // namespace sluice::fusion
