#pragma once

#include "report/record/run_record.hpp"

#include <string>
#include <vector>

namespace sluice::report {

/// How the runs of a comparison are called and coloured. Runs are of one campaign if they differ only in their seed and in when they stop.
struct RunNames {
    std::vector<std::string> labels;     ///< per run: campaign name, with the folder where several share one
    std::vector<std::size_t> campaign;   ///< per run: index into campaigns
    std::vector<std::string> campaigns;  ///< in order of appearance: their names, and where several share one what each has set otherwise: "name: random, count 200"
};

RunNames name_runs(const std::vector<RunRecord>& runs);

/// Whether there are too many runs for a colour each: then those of one campaign share one.
bool coloured_by_campaign(const RunNames& names);
/// CSS classes of the k-th colour; beyond the palette the colours come again, dashed.
std::string colour_classes(std::size_t k);
/// Number of runs of a campaign.
std::size_t run_count(const RunNames& names, std::size_t campaign);

}  // namespace sluice::report
