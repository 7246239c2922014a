#pragma once

#include "pool/shard.hpp"

namespace sluice::pool {

/// Mean and population standard deviation of every column.
struct ColumnStatistics {
    std::vector<double> mean;
    std::vector<double> deviation;
};

/// Statistics over all rows of the pool: each tile by two passes, tiles merged in their order (Chan, Golub, LeVeque 1979), so that the result is the
/// same for any number of ranks and threads. Collective; sends 2 x columns doubles per tile, once per campaign.
ColumnStatistics column_statistics(const Shard& shard, const Communicator& ranks);

/// (x - mean) / deviation; a constant column maps to 0.
Scaling standardising(const ColumnStatistics& statistics);

}  // namespace sluice::pool
