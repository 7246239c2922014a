#pragma once

#include "fusion/surrogates.hpp"
#include "parallel/tiling.hpp"

namespace sluice::fusion {

/// Ranks that follow one another and share the surrogates: each predicts the rows of all of them with some of the surrogates, and has the others' moments of its
/// own rows from them. A surrogate's moments are one rank's, so that nothing is summed across ranks, and the bits are those of a group of one.
struct MemberGroup {
    Communicator ranks;
    std::vector<Share> shares;                      ///< rows of each rank of the group
    Share rows;                                     ///< of all of them
    std::vector<std::vector<std::size_t>> columns;  ///< surrogates of each, ascending

    bool is_alone() const { return ranks.size() == 1; }
    std::span<const std::size_t> own_columns() const { return columns[static_cast<std::size_t>(ranks.rank())]; }
};

/// The group of this rank, of at most `size`. Surrogates are dealt by their work, the largest first, each to the rank that has least. Collective.
MemberGroup member_group(const Share& own, const std::vector<Surrogate>& surrogates, int size, const Communicator& ranks);

}  // namespace sluice::fusion
