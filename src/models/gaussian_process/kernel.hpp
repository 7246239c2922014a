#pragma once

#include "models/family.hpp"

#include <array>

namespace sluice::models {

/// How alike two points are, as a function of their distance over the length scale.
enum class Kernel { squared_exponential, matern52 };

/// Parameters of a kernel, standardised units.
struct KernelParameters {
    double amplitude = 1;  ///< variance of the process
    double length = 1;     ///< in scaled features
    double noise = 0.01;   ///< variance of a label about the process
};

/// log p(labels) of a Gaussian process of mean 0, summed over the targets, which share the kernel: independent processes with the same parameters.
/// \param gradient  if not null: with respect to the logarithms of amplitude, length and noise
/// \return  minus infinity where the covariance has no Cholesky factor
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equations 2.30 and 5.9.
double log_marginal_likelihood(Kernel kernel, const KernelParameters& parameters, const TrainingSet& data, std::array<double, 3>* gradient = nullptr);

/// A trained member of the family: the parameters and their log marginal likelihood.
Member to_member(const KernelParameters& parameters, double likelihood);
KernelParameters parameters_of(const Member& member);

}  // namespace sluice::models
