#pragma once

#include "base/random.hpp"
#include "parallel/communicator.hpp"
#include "parallel/tiling.hpp"
#include "pool/row_state.hpp"

namespace sluice::pool {

/// The unlabelled rows, ascending, on every rank; or `most` of them, those with the smallest numbers keyed by (seed, purpose, iteration, row). Collective.
/// \param state  [own rows]
std::vector<RowId> drawn_rows(std::span<const RowState> state, const Share& share, std::int64_t most, std::uint64_t seed, Purpose purpose, std::uint32_t iteration, const Communicator& ranks);

}  // namespace sluice::pool
