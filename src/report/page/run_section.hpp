#pragma once

#include "report/record/run_record.hpp"

#include <string>

namespace sluice::report {

/// Everything the page says about one run below its heading.
/// \param figure_number  of the next figure on the page; counted on
std::string run_section(const RunRecord& run, int& figure_number);

/// "success at iteration 7, with 90 labels", "no success in 50 iterations"; empty if the pool is not closed.
std::string outcome_text(const RunRecord& run);

}  // namespace sluice::report
