#pragma once

#include "pool/shard.hpp"

#include <array>

namespace sluice::fusion {

/// The rows of a pool in two orders: along its first and its second principal component. Made once per campaign, as rows only drop out.
struct CandidateOrder {
    Share share;
    std::array<std::vector<double>, 2> score;    ///< [own rows] z1 and z2
    std::array<std::vector<RowId>, 2> position;  ///< [own rows] place among all rows by ascending score, then row
    std::array<double, 2> smallest = {0, 0};     ///< score of all rows
    std::array<double, 2> largest = {0, 0};
};

/// Orders the rows of the pool by the leading principal components of its standardised features. Collective; sends 16 bytes per row.
/// Source: paper 003, stage 2; specification section 8.2.
CandidateOrder candidate_order(const pool::Shard& shard, const Communicator& ranks);

/// Orders rows by given scores. Collective.
/// \param share  of this rank; shares follow one another in the order of ranks
/// \param score  [own rows] each, finite
CandidateOrder candidate_order(const Share& share, std::array<std::vector<double>, 2> score, const Communicator& ranks);

/// Where own rows stand among those that are still candidates.
struct CandidatePlaces {
    static constexpr RowId none = -1;

    RowId candidates = 0;                     ///< over all ranks
    std::array<std::vector<RowId>, 2> place;  ///< [own rows] from 0 by ascending score, then row; none: not a candidate
};

/// Nothing is sorted again. Collective; sends 16 bytes per removed row.
/// \param removed  global rows that are no candidates, ascending and distinct, the same on every rank
CandidatePlaces candidate_places(const CandidateOrder& order, std::span<const RowId> removed, const Communicator& ranks);

}  // namespace sluice::fusion
