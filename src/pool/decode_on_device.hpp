#pragma once

#include "parallel/device_array.hpp"
#include "pool/shard.hpp"

namespace sluice::pool {

/// The scaling of features, in the device's memory.
struct DeviceScaling {
    parallel::DeviceArray<float> shift;
    parallel::DeviceArray<float> factor;
};

DeviceScaling to_device(const Scaling& scaling);

/// As decode, from stored rows to float32 in the device's memory: packed bits and half-precision numbers cross to it as they are.
/// \param stored  [rows, info.row_bytes()]
/// \param out     [rows, info.columns]
void decode_on_device(const PoolInfo& info, const DeviceScaling& scaling, const std::byte* stored, RowId rows, float* out);

}  // namespace sluice::pool
