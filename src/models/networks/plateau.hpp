#pragma once

#include <cmath>

namespace sluice::models {

/// A learning rate that falls when the loss no longer does. Source: spec: regression-methods, section 1 (plateau rule of paper 002's code).
struct Plateau {
    double rate;
    double best = INFINITY;
    int idle = 0;           ///< looks without a gain since the last one or the last fall
    int without_gain = 0;   ///< since the last gain

    void look(double loss)
    {
        constexpr double gain = 1e-4, decay = 0.8;
        constexpr int patience = 10;
        const bool gains = loss < best * (1 - gain);
        idle = gains ? 0 : idle + 1;
        without_gain = gains ? 0 : without_gain + 1;
        if (gains) best = loss;  // losses that creep down add up to a gain
        if (idle <= patience) return;
        rate *= decay;
        idle = 0;
    }
};

}  // namespace sluice::models
