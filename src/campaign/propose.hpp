#pragma once

#include "campaign/campaign_file.hpp"
#include "parallel/stage_record.hpp"
#include "campaign/state.hpp"

namespace sluice::campaign {

/// Chooses the next batch: fit an ensemble on the labelled rows, score every row of the pool, select. The iteration of a campaign, without its memory.
/// Collective; a safe point between stages.
BatchEvent propose(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, parallel::StageRecord& stages,
                   const Communicator& ranks);

}  // namespace sluice::campaign
