#pragma once

#include "pool/shard.hpp"

#include <array>

namespace sluice::pool {

/// The two directions of largest variance of a pool.
struct PrincipalComponents {
    std::vector<double> mean;                      ///< [columns], scaled features
    std::array<std::vector<double>, 2> direction;  ///< unit vectors [columns], the entry of largest magnitude positive; zero if there is none
    std::array<double, 2> explained = {0, 0};      ///< fraction of the variance
};

/// From at most 4,096 rows, evenly spaced over the pool: a picture needs no more. Collective.
PrincipalComponents principal_components(const Shard& shard, const Scaling& scaling, const Communicator& ranks);

/// The directions of largest variance of some rows.
struct LeadingDirections {
    std::vector<double> mean;        ///< [columns]
    std::vector<double> directions;  ///< [count, columns] orthonormal, largest variance first, the entry of largest magnitude positive
};

/// Eigenvectors of the covariance of rows [rows, columns] that belong to its `count` largest eigenvalues. Exact up to 2,048 columns; beyond, by iterating a
/// subspace from keyed random directions, exact where variances differ by enough (Halko, Martinsson and Tropp 2011). On one rank.
LeadingDirections leading_directions(const float* x, std::int64_t rows, std::int64_t columns, std::int64_t count);

/// The two leading ones of rows [count, columns], and what they explain. On one rank.
PrincipalComponents principal_components_of(const std::vector<float>& rows, std::int64_t columns);

}  // namespace sluice::pool
