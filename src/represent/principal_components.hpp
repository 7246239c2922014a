#pragma once

#include "pool/shard.hpp"

#include <array>

namespace sluice::represent {

/// The two directions of largest variance of a pool.
struct PrincipalComponents {
    std::vector<float> mean;                       ///< [columns], scaled features
    std::array<std::vector<float>, 2> direction;   ///< unit vectors [columns], the entry of largest magnitude positive; zero if there is none
    std::array<double, 2> explained = {0, 0};      ///< fraction of the variance
};

/// From at most 4,096 rows, evenly spaced over the pool: a picture needs no more. Collective.
PrincipalComponents principal_components(const pool::Shard& shard, const pool::Scaling& scaling, const Communicator& ranks);

/// Eigenvectors of the covariance of rows [count, columns]. On one rank.
PrincipalComponents principal_components_of(const std::vector<float>& rows, std::int64_t columns);

}  // namespace sluice::represent
