#pragma once

#include "campaign/campaign_file.hpp"
#include "campaign/state.hpp"

namespace sluice::campaign {

/// What the steps of one iteration share.
struct Iteration {
    std::int64_t number;
    const CampaignFile& file;
    const std::vector<problems::Goal>& goals;  ///< as models learn them
    const pool::Shard& shard;
    const pool::Scaling& scaling;
    const State& state;
    const Communicator& ranks;

    std::uint32_t key() const { return static_cast<std::uint32_t>(number); }
};

}  // namespace sluice::campaign
