#pragma once

#include "base/points.hpp"

#include <cstdint>
#include <span>

namespace sluice::fusion {

/// How many directions a labelled sample spans, by three estimates that each see something else.
struct EffectiveDimension {
    int unsupervised = 1;       ///< d_unsup: principal components that carry the variance of the features
    int supervised = 1;         ///< d_sup: directions along which the target changes
    int nearest_neighbour = 1;  ///< d_est: of the manifold the rows lie on
    std::int64_t distinct_rows = 0;
    /// The distinct rows are affinely independent, so that any slices of the target are told apart: `supervised` is then the number of slices - 1
    /// and says nothing about the data (spec flaw 3). The rule for at least as many features as rows.
    bool saturated = false;
};

/// All three, of the distinct rows of a sample (the first of equal rows counts, with its target). Costs rows^2 x columns and rows^3; one thread.
/// \param x  features [rows, columns], finite, at least one row
/// \param y  target [rows]
/// Source: paper 003, stage 0; specification section 5.
EffectiveDimension effective_dimension(const Points& x, std::span<const double> y);

/// Number of principal components of the standardised features that carry 95 % of the variance, the smallest component left out (5.1).
int unsupervised_dimension(const Points& x);

/// Number of directions that matter to the target, by sliced inverse regression: the largest gap between eigenvalues (5.2). Linear combinations of
/// other columns count once: the eigenvalues are those of the span of the columns, where a QR factorisation would fill up with directions of rounding.
/// Source: Li 1991.
int supervised_dimension(const Points& x, std::span<const double> y);

/// Intrinsic dimension by the arithmetic mean of Levina and Bickel's estimate over 20 neighbours, rounded up; failing that, by the ratio of the two
/// nearest distances (Facco et al. 2017); failing that, principal components for 95 % of the variance (5.3). Rows must be distinct.
int nearest_neighbour_dimension(const Points& x);

}  // namespace sluice::fusion
