#pragma once

#include "base/options.hpp"

namespace sluice::campaign {

/// What the sections of a campaign file may say, whatever kinds they choose.
extern const std::vector<OptionSpec> campaign_keys, initial_keys, pool_keys, domain_keys, target_keys, surrogate_keys, checkpoint_keys;
extern const std::vector<OptionSpec> simulated_pool_keys;  ///< in place of pool_keys, where a simulator draws the pool

}  // namespace sluice::campaign
