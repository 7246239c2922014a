#pragma once

namespace sluice {

/// What a stage read and computed on this rank, for the record of stages: bytes of pool data, floating-point operations.
struct Work {
    double bytes = 0;
    double flops = 0;
};

}  // namespace sluice
