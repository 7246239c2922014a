#pragma once

#include "pool/row_state.hpp"
#include "pool/shard.hpp"
#include "problems/simulator.hpp"

namespace sluice::campaign {

/// Draws `count` rows of a closed pool at random, among those that may be asked for and have all targets, as points that models are tested on.
/// They are excluded in `state`, and so never asked for. Throws Agreed if fewer than 4 rows are left. Collective.
/// \param columns  of the pool's targets, per target of the campaign
problems::TestSet set_test_rows_aside(const pool::Shard& shard, const std::vector<std::size_t>& columns, std::int64_t count, std::uint64_t seed,
                                      std::vector<pool::RowState>& state, const Communicator& ranks);

}  // namespace sluice::campaign
