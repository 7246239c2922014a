#pragma once

#include "fusion/fuse/objective_space.hpp"

namespace sluice::fusion {

/// Disjoint boxes [lower, upper) that together are the part of objective space below a reference that no point of a front dominates.
template <std::size_t T>
struct Boxes {
    std::array<std::vector<double>, T> lower;  ///< [objective][box]; -infinity where the box has no end
    std::array<std::vector<double>, T> upper;

    std::size_t count() const { return upper[0].size(); }
};

/// The decomposition by local upper bounds, one box each: at most k + 1 boxes for T = 2, 2k + 1 for T = 3, O(k^2) for T = 4.
/// Coordinates that several members share are allowed.
/// \param front      as pareto_front returns it, strictly below the reference in every objective; may be empty
/// Source: Lacour, Klamroth and Fonseca 2017, "A box decomposition algorithm to compute the hypervolume indicator".
template <std::size_t T>
Boxes<T> undominated_boxes(const Points<T>& front, const Point<T>& reference);

/// What a point adds to the hypervolume of the front: HV(front and z) - HV(front), as the sum over boxes of the part that z dominates.
template <std::size_t T>
double hypervolume_improvement(const Boxes<T>& boxes, const Point<T>& z);

}  // namespace sluice::fusion
