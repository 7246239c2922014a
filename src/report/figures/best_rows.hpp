#pragma once

#include "report/record/run_record.hpp"

#include <cstddef>
#include <vector>

namespace sluice::report {

/// The labelled rows that serve the goals best, best first, at most `count`; ties go to the lower row. One target: by its value, or by
/// the distance to the window's centre. Several: by the product of the targets, each scaled to [0, 1] over the labelled rows in the sense
/// of its goal. Rows with a missing value are left out.
/// Where the window is not known, the best value of the metrics stands for its centre.
std::vector<Label> best_rows(const RunRecord& run, std::size_t count);

}  // namespace sluice::report
