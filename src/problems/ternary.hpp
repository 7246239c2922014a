#pragma once

#include "problems/branches.hpp"

#include <Eigen/Core>

namespace sluice::problems {

/// Four phases that compete over the compositions of three components: which is stable decides the branch of one property, which also depends on
/// six process parameters. Inputs: x_A, x_B, w_1 ... w_6. Source: paper 000; specs: two-index, section 8.3.
struct Ternary {
    static constexpr std::size_t phases = 4, inputs = 8;
    struct Phase {
        Eigen::Matrix3d curvature;           ///< of the free energy
        Eigen::Vector3d slope;
        Eigen::Vector3d response_slope;      ///< of the property's mean
        double response = 0;
        Eigen::Vector3d wave;
        Eigen::Vector3d log_variance_slope;
        double log_variance = 0;
        Eigen::Matrix<double, 6, 1> process; ///< effect of the process parameters on the mean
    };
    std::array<Phase, phases> phase;
};

/// The published system, of seed 12.
Ternary draw_ternary();

Branches branches_at(const Ternary& system, std::span<const float> x);

}  // namespace sluice::problems
