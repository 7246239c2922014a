#pragma once

#include "campaign/campaign_file.hpp"

namespace sluice::campaign {

/// Points of the domain to begin with, where nothing is learned yet: by the initial rule, in later iterations drawn at random. [points][columns]
std::vector<std::vector<float>> spread_points(const CampaignFile& file, std::int64_t iteration);

}  // namespace sluice::campaign
