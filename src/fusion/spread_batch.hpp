#pragma once

#include "base/points.hpp"

#include <cstdint>
#include <vector>

namespace sluice::fusion {

/// A batch chosen one by one: the largest of base score times (0.05 + 0.95 novelty), where novelty is the distance to the nearest labelled or chosen row, over
/// the 90 % quantile of those distances. Equal ones: the earlier row of the screen.
/// \param screen   features [rows, columns]  \param base  [rows] scores, larger is preferred  \param labelled  features of the labelled rows
/// \return         indices into the screen, in the order of choice
/// Source: specs: fusion, 11.4 (release B).
std::vector<std::size_t> spread_batch(const Points& screen, std::vector<double> base, const Points& labelled, std::size_t count);

}  // namespace sluice::fusion
