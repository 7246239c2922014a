#include "campaign/run_session.hpp"

#include "base/log.hpp"
#include "campaign/run_folder/run_lock.hpp"
#include "campaign/run_folder/sessions.hpp"

namespace sluice::campaign {

ExitCode run_session(const CampaignFile& file, const std::filesystem::path& folder, const std::function<void(Campaign&)>& at_end, const Communicator& ranks)
{
    const RunLock lock(folder, ranks);
    begin_session(folder, ranks);
    std::int64_t shard_bytes = 0;
    try {
        Campaign campaign(file, folder, ranks);
        shard_bytes = static_cast<std::int64_t>(campaign.shard().bytes_in_memory());
        try {
            campaign.run();
        } catch (const Interrupted&) {
            campaign.save_checkpoint();
            end_session(folder, "restart", shard_bytes, ranks);
            log::info("stopped at a checkpoint in {}; start again to go on", folder.string());
            return ExitCode::restart;
        }
        campaign.save_checkpoint();
        at_end(campaign);
        log::info("{} after {} iterations, {} rows labelled", campaign.has_succeeded() ? "success" : "done", campaign.state().iteration, campaign.state().labelled.size());
    } catch (const Agreed&) {
        try {
            end_session(folder, "failed", shard_bytes, ranks);
        } catch (const Agreed&) {  // a full disk, say: the first failure is the one to be told
        }
        throw;
    }
    end_session(folder, "done", shard_bytes, ranks);
    return ExitCode::done;
}

}  // namespace sluice::campaign
