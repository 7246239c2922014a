#pragma once

#include "base/points.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::fusion {

/// A batch chosen one by one: the largest of base score times (0.05 + 0.95 novelty), where novelty is the distance to the nearest labelled or chosen row, over
/// the 90 % quantile of those distances. Equal ones: the earlier row of the screen.
/// \param screen   features [rows, columns]  \param base  [rows] scores, larger is preferred  \param labelled  features of the labelled rows
/// \return         indices into the screen, in the order of choice
/// Source: specs: fusion, 11.4 (release B).
std::vector<std::size_t> spread_batch(const Points& screen, std::vector<double> base, const Points& labelled, std::size_t count);

/// How many of the first rows of a screen have a positive score; all, if fewer than a batch have. Generated candidates without a promise lie anywhere in a box, and
/// their scores are below zero: a base that starts at the lowest of them would make a promising row near the known ones worth less than a far one without.
/// \param score  [rows], descending
std::size_t promising(std::span<const double> score, std::size_t batch);

}  // namespace sluice::fusion
