#pragma once

#include "fusion/structure/candidate_order.hpp"

namespace sluice::fusion {

/// How much of the variance of one column of predictions over the candidates is a smooth function of place along the first and the second component.
struct StructuralTrend {
    double score = 0;          ///< S in [0, 1]
    bool is_flat = false;      ///< variance over the candidates below 1e-12: S is 0, and so is the rest
    double threshold = 0;      ///< tau: share of the wavelet energy that was kept
    double r_squared = 0;      ///< of the mean of the two trends, regressed on both scores
    double flatness = 0;       ///< spectral flatness of what is left, mean of the two orders
    double correlation = 0;    ///< rho: of the two trends, clipped to [0, 1]
};

inline constexpr RowId published_trend_bins = 1024;

/// min(1024, N / 8), at least 1: with the published number, predictions that are pure noise have S near 1 on pools up to that size (spec flaw 25).
RowId default_trend_bins(RowId candidates);

/// The structural-trend score of each column of predictions.
///
/// Everything but the spectral flatness follows from sums over all candidates, in one pass over own rows. The flatness is that of the residuals in
/// their order, for more than 65,536 candidates of as many of them evenly spaced in the order (spec flaw 10). Columns are dealt to ranks and threads.
/// The same bits for any number of either. Collective; sends bins^2 + (2 x 65,536 + 4 x bins) x columns numbers at most.
/// \param mean  family means [own rows, columns], finite at candidates
/// \param columns  families x targets
/// \param bins  largest number of bins, >= 1
/// \return      [columns]
/// Source: paper 003, stage 3; specification section 9.2.
std::vector<StructuralTrend> structural_trend(std::span<const float> mean, std::int64_t columns, const CandidateOrder& order, const CandidatePlaces& places,
                                              RowId bins, const Communicator& ranks);

}  // namespace sluice::fusion
