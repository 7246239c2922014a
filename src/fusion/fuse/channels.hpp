#pragma once

#include "fusion/predict/moments.hpp"
#include "fusion/structure/structural_trend.hpp"

namespace sluice::fusion {

/// Every row of the pool that may still be asked for, on this rank.
struct Candidates {
    const Tiling& tiling;
    const Share& share;
    std::span<const pool::RowState> state;  ///< [own rows]

    bool has(std::size_t local) const { return state[local] == pool::RowState::unlabelled; }
};

/// Of one surrogate, over the candidates.
struct SurrogateScores {
    double structure = 0;   ///< S: share of the mean's variance that is a trend along the pool's principal components
    bool flat = false;      ///< the mean does not vary over the candidates
    double signal = 0;      ///< signal-to-noise ratio of its peak
    double ratio = 0;       ///< g, exploration-exploitation
    double evidence = 1;    ///< weight of the family beside the best one of its target, at most 1
    double accuracy = 0;    ///< reliabilities after the penalty of flat surrogates
    double calibration = 0;
    double residual = 0;    ///< R, variance of the labels beyond what the members' spread explains, > 0
};

/// Of one target.
struct TargetScores {
    double deviation = 0;              ///< D: reliabilities high and unequal
    double calibration_deviation = 0;  ///< the same of the ELPD channel; recorded
    double gain = 0;                   ///< K
    double boost = 0;                  ///< lambda: further weight of the unsure surrogates
};

/// Stage 3, what is summed over the candidates: signal-to-noise ratios, ratios, deviation, gain.
/// Source: paper 003; specs: fusion, 9.3 to 9.6.
struct Channels {
    std::vector<SurrogateScores> surrogate;  ///< per column of the moments
    std::vector<TargetScores> target;
};

/// \param trend  of every column. Collective.
Channels measure_channels(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const std::vector<Target>& targets,
                          std::span<const StructuralTrend> trend, const Switches& switches, const Communicator& ranks);

/// The fused score of one row for every target, written to `out` [targets]: sqrt(max(Acq, 0)^2 + max(Fus, 0)^2), or where neither is positive their sum, which
/// is not: rows without a promise are still ordered (flaw 12).
/// Source: specs: fusion, 9.4, 9.6, 9.7.
void fuse_row(const float* mean, const float* deviation, const std::vector<Surrogate>& surrogates, const Channels& channels, const Switches& switches, std::size_t targets, double* out);

/// fuse_row for this rank's candidates: [own rows, targets]; rows that are not candidates have 0.
std::vector<double> fuse(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const Channels& channels, const Switches& switches);

}  // namespace sluice::fusion
