#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_record.hpp"

#include <string>

namespace sluice::report {

/// Seconds of each stage, stacked, over the iterations; neighbouring iterations share a bar when there are many.
Figure stage_seconds_figure(const RunRecord& run);

/// Totals per stage, with the rates at which it read and computed; empty if no stage was recorded.
std::string stage_table(const RunRecord& run);

}  // namespace sluice::report
