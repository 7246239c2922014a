#pragma once

#include "pool/shard.hpp"

namespace sluice::pool {

/// A box of real features from which candidates are generated, in place of a pool.
struct Domain {
    std::vector<double> lower;  ///< [columns]
    std::vector<double> upper;  ///< [columns], above `lower`

    RowId columns() const { return static_cast<RowId>(lower.size()); }
    /// The feature at a fraction in [0, 1] of the way from the lower to the upper bound.
    float at(std::size_t column, double fraction) const { return nearest(column, lower[column] + fraction * (upper[column] - lower[column])); }
    /// The number of single precision within the bounds that is nearest to a value.
    float nearest(std::size_t column, double value) const;
};

/// Mean 0 and deviation 1 of points spread evenly over the box.
Scaling standardising(const Domain& domain);

/// A pool without rows, whose columns are the domain's. Its fingerprint is of the bounds.
Shard empty_shard(const Domain& domain);

/// Points in memory as a pool of float32 features, cut into tiles and dealt to ranks like one from a file. \param points  [rows, columns], the same on every rank
Shard shard_of_points(const std::vector<float>& points, RowId columns, const Communicator& ranks);

}  // namespace sluice::pool
