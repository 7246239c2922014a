#pragma once

#include <optional>

namespace sluice::parallel {

/// Where a pass over the pool computes, and whose memory it computes in.
enum class Place {
    host,
    device,  ///< what Kokkos runs its kernels on by default: the rank's GPU, or the host's threads in a build without CUDA
};

/// Of passes over a pool: the device in a build for GPUs, else the host.
Place place_of_passes();

/// GPUs of this node; 0 in a build without CUDA. Works before the runtime has started.
int gpus_on_this_node();

/// The number of this rank's GPU on its node; nothing where Place::device is the host. The runtime must have started.
std::optional<int> device_number();

}  // namespace sluice::parallel
