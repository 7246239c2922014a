#pragma once

#include "pool/row_state.hpp"
#include "pool/shard.hpp"
#include "problems/simulator.hpp"

namespace sluice::campaign {

/// Which test points lie in sparse regions: the `share` of them (rounded up) for which the distance to the tenth nearest unlabelled row of the pool is largest, in features as models
/// see them; of equal ones the lower points. All rows count, or the farthest, where the pool has fewer than ten. The nearest-neighbour estimate of the density of candidates at a
/// point, up to factors that all points share, is one over that distance to the power of the features: the points are the share of lowest density. The same for any number of ranks.
/// Collective.
/// \param state  [own rows]
/// \return       [test points]
/// Source: Loftsgaarden and Quesenberry 1965, A nonparametric estimate of a multivariate density function.
std::vector<bool> sparse_test_rows(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<pool::RowState>& state, const problems::TestSet& test, double share,
                                   const Communicator& ranks);

}  // namespace sluice::campaign
