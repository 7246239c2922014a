#pragma once

#include "report/record/run_record.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// A page with the style sheet, of which everything needs no network and no scripts. \param content  HTML
std::string whole_page(const std::string& title, const std::string& content);

/// The whole HTML page about one or more runs. Also well-formed XML, so that other programs can read it.
std::string page(const std::vector<RunRecord>& runs);

}  // namespace sluice::report
