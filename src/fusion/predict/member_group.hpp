#pragma once

#include "fusion/fit/surrogates.hpp"
#include "parallel/tiling.hpp"

#include <memory>

namespace sluice::parallel {
class DeviceExchange;
}

namespace sluice::fusion {

/// Ranks that follow one another and share the surrogates, with the way between their devices. Made once for a campaign: both are made by all ranks together,
/// and a group of NCCL takes long to make.
struct GroupRanks {
    int most;  ///< ranks in a group; the last one may have fewer
    Communicator ranks;
    std::unique_ptr<parallel::DeviceExchange> exchange;  ///< none on the host, or where no group is asked for

    ~GroupRanks();
};

/// The group of this rank, of at most `size`. Collective.
std::unique_ptr<GroupRanks> group_ranks(int size, parallel::Place place, const Communicator& ranks);

/// What each rank of a group has in one iteration: each predicts the rows of all of them with some of the surrogates, and has the others' moments of its own
/// rows from them. A surrogate's moments are one rank's, so that nothing is summed across ranks, and the bits are those of a group of one.
struct MemberGroup {
    const Communicator& ranks;
    std::vector<Share> shares;                      ///< rows of each rank of the group
    Share rows;                                     ///< of all of them
    std::vector<std::vector<std::size_t>> columns;  ///< surrogates of each, ascending

    std::span<const std::size_t> own_columns() const { return columns[static_cast<std::size_t>(ranks.rank())]; }
};

/// Surrogates are dealt by their work, the largest first, each to the rank that has least. Collective over the group.
MemberGroup member_group(const Share& own, const std::vector<Surrogate>& surrogates, const Communicator& group);

}  // namespace sluice::fusion
