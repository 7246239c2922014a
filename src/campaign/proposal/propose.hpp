#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/candidates/truth.hpp"
#include "campaign/state.hpp"
#include "parallel/stage_record.hpp"

namespace sluice::campaign {

/// Chooses the next batch: fit an ensemble on the labelled rows, score every row of the pool, select. The iteration of a campaign, without its memory.
/// Where there are test points, and a surrogate is named, it is fitted whether the batch depends on it or not, and what it says of them gives figures of the batch: test_mse; of a class,
/// test_accuracy and test_log_loss.
/// Collective; a safe point between stages.
BatchEvent propose(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, const problems::TestSet& test, const Truth& truth,
                   LastFit& last_fit, parallel::StageRecord& stages, const Communicator& ranks);

}  // namespace sluice::campaign
