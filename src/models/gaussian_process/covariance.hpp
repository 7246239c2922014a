#pragma once

#include "models/gaussian_process/kernel.hpp"
#include "models/tensors.hpp"

namespace sluice::models {

/// Features and labels of a training set, float64.
struct LabelledPoints {
    torch::Tensor x;  ///< [rows, columns]
    torch::Tensor y;  ///< [rows, targets]
};

LabelledPoints points_of(const TrainingSet& data);

/// Squared Euclidean distances between rows, float64 [rows of a, rows of b].
torch::Tensor squared_distances(const torch::Tensor& a, const torch::Tensor& b);

/// Covariances of the process, from squared distances.
torch::Tensor covariance(Kernel kernel, const KernelParameters& parameters, const torch::Tensor& squares);

/// What a label's variance is more than the process's: noise, and a little for the factor's sake.
double diagonal_of(const KernelParameters& parameters);

/// Lower Cholesky factor of the labels' covariance; undefined where there is none.
torch::Tensor factor(Kernel kernel, const KernelParameters& parameters, const torch::Tensor& squares);

torch::Tensor solve_lower(const torch::Tensor& lower, const torch::Tensor& right);

/// As log_marginal_likelihood, of labels [rows, targets] with these distances.
double likelihood(Kernel kernel, const KernelParameters& parameters, const torch::Tensor& squares, const torch::Tensor& y, std::array<double, 3>* gradient);

}  // namespace sluice::models
