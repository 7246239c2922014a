#pragma once

#include "report/run_record.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// The whole HTML page about one or more runs. Also well-formed XML, so that other programs can read it.
std::string page(const std::vector<RunRecord>& runs);

}  // namespace sluice::report
