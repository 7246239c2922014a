#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_names.hpp"

#include <vector>

namespace sluice::report {

/// Best so far of all runs, a panel per target and goal (and one of the aggregate if all runs search one pool for several targets). With too
/// many runs for a colour each, the runs of a campaign are thin lines of one colour, with their median.
Figure compared_best_figure(const std::vector<RunRecord>& runs, const RunNames& names);

}  // namespace sluice::report
