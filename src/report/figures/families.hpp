#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_record.hpp"

namespace sluice::report {

/// Reliability of each family of fusion by iteration, in the accuracy (R2) and the calibration (ELPD) channel; over targets the mean.
/// Source: paper 003, figure 3.
Figure family_reliability_figure(const RunRecord& run);

/// Deviation ratio of both channels by iteration; over targets the mean. Source: paper 003, figure 3 (lambda^dev).
Figure deviation_figure(const RunRecord& run);

}  // namespace sluice::report
