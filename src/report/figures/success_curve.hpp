#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_names.hpp"

#include <vector>

namespace sluice::report {

/// Fraction of the runs that have succeeded by each iteration; a curve per campaign where several runs share one.
Figure success_curve_figure(const std::vector<RunRecord>& runs, const RunNames& names);

}  // namespace sluice::report
