#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_record.hpp"

namespace sluice::report {

/// The best label so far over the iterations, a panel per target (and one of their aggregate if there are several), with what each batch
/// brought: smallest, mean and largest label.
Figure best_so_far_figure(const RunRecord& run);

}  // namespace sluice::report
