#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_record.hpp"

namespace sluice::report {

/// How the batches moved, from trajectory.json: median and 20 to 80 % of their rows by iteration. Source: paper 003, figures 3 and 5.
Figure novelty_figure(const RunRecord& run);    ///< distance to what was asked for shortly before
Figure migration_figure(const RunRecord& run);  ///< percentile of the rows in a closed pool

/// The share of each batch that fell into each cluster of all rows asked for; clusters in the order of their best values.
/// Source: paper 003, figure 3 (cluster bandwidth).
Figure cluster_bandwidth_figure(const RunRecord& run);

}  // namespace sluice::report
