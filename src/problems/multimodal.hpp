#pragma once

#include "problems/branches.hpp"

#include <Eigen/Core>

namespace sluice::problems {

/// A synthetic response of 16 outputs with one main branch inside a sphere of the first four of its 10 inputs, and two more outside.
/// Inputs lie on a curved manifold of 4 dimensions. Source: paper 000; specs: two-index, section 8.1.
struct Multimodal {
    static constexpr Eigen::Index inputs = 10, outputs = 16, latent = 4, branches = 3, features = 128;

    Eigen::MatrixXd manifold;         ///< [inputs, latent]
    Eigen::VectorXd manifold_offset;  ///< [inputs]
    Eigen::MatrixXd frequency;        ///< [features, inputs]
    Eigen::VectorXd phase;            ///< [features]
    Eigen::MatrixXd mean_weight;      ///< [branches * outputs, features]
    Eigen::MatrixXd variance_weight;  ///< [branches * outputs, features]
    Eigen::VectorXd mean_offset;      ///< [branches * outputs]
    Eigen::MatrixXd direction;        ///< [2, 4], rows of unit norm
};

/// The published system. Its inputs are of seed 1, its response of seed 42.
Multimodal draw_multimodal();

Branches branches_at(const Multimodal& system, std::span<const float> x);

/// Norm of the first four inputs: the main branch gives way at 1.3.
double boundary_radius(std::span<const float> x);

}  // namespace sluice::problems
