#pragma once

#include "report/record/run_names.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// The essential figures of all runs, one line each.
std::string comparison_table(const std::vector<RunRecord>& runs, const RunNames& names);

}  // namespace sluice::report
