#pragma once

#include "base/random.hpp"

#include <span>
#include <vector>

namespace sluice::problems {

/// A response of several branches at one point: a mixture of Gaussians with independent outputs.
struct Branches {
    std::vector<double> weight;        ///< [branches], sums to 1
    std::vector<double> mean;          ///< [branches, outputs]
    std::vector<double> log_variance;  ///< [branches, outputs]
};

/// log p(y). \param y  [outputs]
double log_density(const Branches& branches, std::span<const double> y);

/// Draws a branch and then its outputs. \param y  [outputs]
void draw(const Branches& branches, RandomStream& random, std::span<double> y);

/// exp(logits), scaled to sum to 1.
std::vector<double> softmax(std::span<const double> logits);

}  // namespace sluice::problems
