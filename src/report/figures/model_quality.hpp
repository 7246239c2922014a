#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_record.hpp"

namespace sluice::report {

/// Out-of-bag R² of the model over the iterations, a line per target.
Figure model_quality_figure(const RunRecord& run);

}  // namespace sluice::report
