#pragma once

#include "selection/selection.hpp"

namespace sluice::selection {

/// Stochastic batch (SBAL): the `count` rows with the largest  score / temperature + Gumbel noise.  That draws rows one after another without replacement,
/// each with a probability proportional to exp(score / temperature). The noise of a row depends on seed, iteration and row alone; ties go to the lower row.
/// Sends count entries per rank.
/// \param temperature  in units of the score, > 0: the smaller, the nearer to top-k
/// Source: paper 000, SBAL, with 0.3 (spec: two-index, 6); Kirsch et al. 2023, "Stochastic batch acquisition"; Kool, van Hoof and Welling 2019.
std::vector<RowId> sbal(const SelectionInput& input, double temperature);

}  // namespace sluice::selection
