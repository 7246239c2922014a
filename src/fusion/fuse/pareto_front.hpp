#pragma once

#include "fusion/fuse/objective_space.hpp"

namespace sluice::fusion {

/// The points that no other point dominates, each position once, in lexicographic order: one answer for any order of the points, so that fronts of parts,
/// joined and filtered again, give the front of the whole.
/// T = 2 and T = 3 by a sweep, O(n log n) after Kung, Luccio and Preparata 1975; T = 4 by comparison with the front so far, O(n x front).
template <std::size_t T>
Points<T> pareto_front(Points<T> points);

}  // namespace sluice::fusion
