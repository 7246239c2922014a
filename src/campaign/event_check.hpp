#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/run_folder/journal.hpp"

namespace sluice::campaign {

/// Calls complain(what) if an event of a journal does not fit the campaign and its pool.
void check_event(const JournalEvent& event, const CampaignFile& file, const pool::PoolInfo& info, const std::function<void(const std::string&)>& complain);

}  // namespace sluice::campaign
