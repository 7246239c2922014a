#pragma once

#include "fusion/clustering/rows.hpp"

#include <Eigen/Dense>

#include <optional>

namespace sluice::fusion {

/// A mixture of Gaussians with full covariances, fitted to some rows.
struct GaussianMixture {
    struct Component {
        Eigen::VectorXd mean;
        Eigen::MatrixXd factor;  ///< lower Cholesky factor of the covariance
        double log_weight;
    };

    std::vector<std::int32_t> label;  ///< [rows] the component with the largest posterior
    double log_likelihood = 0;        ///< mean over the rows
    int iterations = 0;
    std::vector<Component> components;  ///< in coordinates along `basis`
    Eigen::VectorXd origin;             ///< [columns]
    Eigen::MatrixXd basis;              ///< [columns, coordinates], orthonormal
};

/// Expectation maximisation from a partition: 1e-6 is added to the variances, and it ends when an iteration raises the mean log-likelihood by less than
/// 1e-3, or after 100. Single-threaded.
///
/// Fewer rows than columns span a subspace. Across it every covariance is that 1e-6 alone, which is the same for all components, so that only the
/// coordinates within it are computed with; the result is the one in all columns.
/// \param start       [rows] the component of each row at the start
/// \param components  labels of `start` are below it
/// \return            nothing if a covariance collapses
/// Source: Dempster, Laird and Rubin 1977.
std::optional<GaussianMixture> gaussian_mixture(const Rows& rows, std::span<const std::int32_t> start, int components);

/// \return  [rows] the component with the largest posterior
std::vector<std::int32_t> most_probable(const GaussianMixture& mixture, const Rows& rows);

}  // namespace sluice::fusion
