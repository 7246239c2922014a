#pragma once

#include "parallel/communicator.hpp"

#include <span>

namespace sluice::fusion {

/// One score for several targets: the hypervolume that a candidate alone dominates among the members of all candidates' Pareto front (0 off the front), plus
/// 0.1 times its distance from the worst corner. Scores are first brought to (0, 1) over the candidates of all ranks; the worst corner is the worst of each
/// target, moved by one float32 so that everything dominates it. The front is a set of positions: candidates with equal scores share a position, and each gets
/// what that position contributes. With one target, the score itself.
/// Exact, the same for any distribution of rows. Collective; each rank sends 2 x targets extremes and the front of its own rows.
/// \param scores     [own rows, targets] fused scores, larger is preferred; finite for candidates
/// \param targets    1 to 4
/// \param candidate  [own rows] not 0 for rows that take part
/// \return           [own rows]; -infinity for rows that take no part
/// Source: specs: fusion, section 10.1.
std::vector<double> combine_targets(std::span<const double> scores, std::size_t targets, std::span<const std::uint8_t> candidate, const Communicator& ranks);

}  // namespace sluice::fusion
