#pragma once

#include "fusion/fuse/objective_space.hpp"

namespace sluice::fusion {

/// The volume of the points of objective space that some of `points` dominates and that dominate `reference`. Points may dominate one another; those not
/// below the reference in every objective add nothing.
/// Exact. T = 2 by a sweep; T = 3 by a sweep along the third objective over a staircase in the first two (Fonseca, Paquete and Lopez-Ibanez 2006);
/// T = 4 by slices along the fourth objective: for fronts of hundreds.
template <std::size_t T>
double hypervolume(const Points<T>& points, const Point<T>& reference);

/// For each member of a front, the volume that it alone dominates: HV(front) - HV(front without it).
/// \param front      as pareto_front returns it, strictly below the reference in every objective
/// \return           [front], >= 0
/// Exact. T = 2: difference of neighbours; T = 3: one sweep, O(k log k) but for moves within the staircase (Emmerich and Fonseca 2011);
/// T = 4: the member's own box less what the others dominate of it (While, Bradstreet and Barone 2012), members dealt to threads.
/// Source: specs: fusion, section 10.1.
template <std::size_t T>
std::vector<double> exclusive_contributions(const Points<T>& front, const Point<T>& reference);

}  // namespace sluice::fusion
