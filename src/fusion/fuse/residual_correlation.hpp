#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sluice::fusion {

/// Pearson correlation of one family's residuals between targets. 0 where it is undefined, as for a family that fits a target perfectly; 1 on the diagonal.
/// Rows in which a residual is NaN, as of a row that was never out of bag, are left out.
/// \param residuals  [rows, targets] labelled value less mean prediction, scaled units
/// \return           [targets, targets], symmetric
/// Source: specs: fusion, section 10.2.
std::vector<double> residual_correlation(std::span<const double> residuals, std::size_t targets);

}  // namespace sluice::fusion
