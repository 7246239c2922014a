#pragma once

#include "base/points.hpp"

#include <vector>

namespace sluice::fusion {

/// Whether the best candidates crowd together more than what is labelled already.
struct DensityTest {
    double density_ratio = 0;  ///< LDR: above 1 if the proposal is denser than the history
    double coverage = 0;       ///< occupied cells of the plane of two principal components, proposal over history
    double divergence = 0;     ///< Kullback-Leibler, of histograms that are not aligned (flaw 16)

    bool asks_for_diversity(bool with_histograms) const { return density_ratio > 1.5 || coverage < 0.2 || (with_histograms && divergence < 0.05); }
};

/// \param proposal  features of the best candidates [about 20, columns]  \param history  of the labelled rows
/// Source: specs: fusion, 11.1, release A.
DensityTest density_test(const Points& proposal, const Points& history);

}  // namespace sluice::fusion
