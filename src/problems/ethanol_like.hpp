#pragma once

#include <span>

namespace sluice::problems {

/// Energy in kcal/mol of a molecule with three torsions and nine harmonic modes, from its features: sine and cosine of each torsion, then the modes' coordinates.
/// \param x  [15]
/// Source: in place of paper 001's ethanol; spec: regression-methods, section 5.
double ethanol_like(std::span<const float> x);

}  // namespace sluice::problems
