#pragma once

#include "parallel/communicator.hpp"
#include "parallel/device_array.hpp"

namespace sluice::parallel {

/// Communicator::exchange between the memories of devices: by NCCL where every rank has a GPU of its own, else through host memory and MPI. In a build without
/// CUDA the device's memory is the host's.
class DeviceExchange {
public:
    /// Collective.
    explicit DeviceExchange(const Communicator& ranks);
    ~DeviceExchange();
    DeviceExchange(const DeviceExchange&) = delete;
    DeviceExchange& operator=(const DeviceExchange&) = delete;

    DeviceArray<float> operator()(const DeviceArray<float>& mine, const std::vector<std::size_t>& to, const std::vector<std::size_t>& from) const;

private:
    struct Channel;
    const Communicator& ranks_;
    std::unique_ptr<Channel> channel_;  ///< none: through host memory
};

}  // namespace sluice::parallel
