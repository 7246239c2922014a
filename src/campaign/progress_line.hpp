#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/run_folder/journal.hpp"
#include "campaign/state.hpp"

namespace sluice::campaign {

/// Where a campaign stands after an iteration, for the log.
std::string progress_line(const CampaignFile& file, const State& state, const std::vector<JournalEvent>& events);

}  // namespace sluice::campaign
