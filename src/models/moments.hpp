#pragma once

namespace sluice::models {

/// Mean and population variance over members, of one row and target.
struct Moments {
    double mean;
    double variance;
};

}  // namespace sluice::models
