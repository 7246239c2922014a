#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_record.hpp"

namespace sluice::report {

/// Where the asked rows lie in the pool: the pool's density in its two first principal components, and the picks coloured by iteration.
Figure pool_map_figure(const RunRecord& run);

}  // namespace sluice::report
