#pragma once

#include "fusion/structure/pool_sample.hpp"

namespace sluice::fusion {

/// The weights of own rows, worked out on this rank's device; see structural_weights.
std::vector<float> structural_weights_on_device(const pool::Shard& shard, const pool::Scaling& scaling, const PoolSample& sample);

}  // namespace sluice::fusion
