#pragma once

#include "fusion/predict/moments.hpp"
#include "parallel/device_array.hpp"

namespace sluice::fusion {

/// As Moments, of some surrogates, in the device's memory.
struct DeviceMoments {
    parallel::DeviceArray<float> mean;       ///< [rows, columns]
    parallel::DeviceArray<float> deviation;
};

/// Moments of a shard's rows on this rank's device: stored rows cross to it some tiles at a time, are decoded and predicted there.
/// A group of tiles belongs to the pool and is predicted with its full number of rows, so that every product has the same shape for any number of ranks.
/// \param columns  surrogates that are asked
DeviceMoments predict_on_device(const pool::Shard& shard, const pool::Scaling& scaling, const std::vector<Surrogate>& surrogates, std::span<const std::size_t> columns,
                                const LabelledSet& labelled, int members, bool folded_window);

}  // namespace sluice::fusion
