#pragma once

#include "campaign/campaign.hpp"

#include <functional>

namespace sluice::campaign {

/// One session of a run: starts the campaign in `folder` or goes on with it, until it is over or asked to stop, and records how it was run whatever happens, but for
/// a kill. What it throws, the session's record has as failed. Collective.
/// \param at_end  of a campaign that is over, before the session is recorded as done
/// \return        done, or restart: stopped at a checkpoint
ExitCode run_session(const CampaignFile& file, const std::filesystem::path& folder, const std::function<void(Campaign&)>& at_end, const Communicator& ranks);

}  // namespace sluice::campaign
