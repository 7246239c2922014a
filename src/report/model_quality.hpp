#pragma once

#include "report/figure.hpp"
#include "report/run_record.hpp"

namespace sluice::report {

/// Out-of-bag R² of the model over the iterations, a line per target.
Figure model_quality_figure(const RunRecord& run);

}  // namespace sluice::report
