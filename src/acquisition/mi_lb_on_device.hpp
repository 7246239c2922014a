#pragma once

#include "parallel/device_array.hpp"

#include <cstdint>
#include <span>

namespace sluice::acquisition {

/// Room and constants of mi_lb_log_delta over many rows at a time.
class MiLbOnDevice {
public:
    /// \param floors  [targets] least variances
    MiLbOnDevice(int members, int components, std::span<const double> floors);

    /// As mi_lb_log_delta, for every row.
    /// \param heads      [members, rows, components (1 + 2 targets)] in the device's memory, grouped: logits, means, variances
    /// \param log_delta  [rows] in the device's memory
    void operator()(const float* heads, std::int64_t rows, double* log_delta);

private:
    int members_, components_;
    parallel::DeviceArray<double> floors_, log_beta_, terms_;
};

}  // namespace sluice::acquisition
