#pragma once

#include "fusion/clustering/rows.hpp"

namespace sluice::fusion {

/// Labels rows like most of their 10 nearest labelled rows (all of them if fewer); between equally frequent labels the one that comes nearest decides.
/// Noise is a label as any other.
/// \param label  [labelled.count]
/// \return       [rows.count]
/// Source: paper 003, specification section 7.2 (subsampling).
std::vector<std::int32_t> vote_of_nearest(const Rows& rows, const Rows& labelled, std::span<const std::int32_t> label);

}  // namespace sluice::fusion
