#include "fusion/clustering/gaussian_mixture.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace sluice::fusion {

namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double regularisation = 1e-6;
constexpr double smallest_gain = 1e-3;
constexpr int most_iterations = 100;

/// [columns, rows], relative to `origin`.
MatrixXd centred_columns(const Rows& rows, const VectorXd& origin)
{
    using Stored = Eigen::Map<const Eigen::MatrixXf, 0, Eigen::OuterStride<>>;
    return Stored(rows.values.data(), rows.columns, rows.count, Eigen::OuterStride<>(rows.stride)).cast<double>().colwise() - origin;
}

VectorXd mean_of(const Rows& rows)
{
    return centred_columns(rows, VectorXd::Zero(rows.columns)).rowwise().mean();
}

/// Maximum-likelihood components for given responsibilities [components, rows]. \return whether all covariances are positive definite
bool maximise(const MatrixXd& x, const MatrixXd& responsibility, std::vector<GaussianMixture::Component>& components)
{
    const VectorXd mass = responsibility.rowwise().sum().array() + 10 * std::numeric_limits<double>::epsilon();
    const double total = mass.sum();
    MatrixXd scaled(x.rows(), x.cols()), covariance(x.rows(), x.rows());
    for (Eigen::Index k = 0; k < mass.size(); ++k) {
        auto& component = components[static_cast<std::size_t>(k)];
        component.log_weight = std::log(mass[k] / total);
        component.mean = x * responsibility.row(k).transpose() / mass[k];
        scaled = (x.colwise() - component.mean).array().rowwise() * (responsibility.row(k).array() / mass[k]).sqrt();
        covariance.setZero();
        covariance.selfadjointView<Eigen::Lower>().rankUpdate(scaled);
        covariance.diagonal().array() += regularisation;
        const Eigen::LLT<MatrixXd> cholesky(covariance);
        if (cholesky.info() != Eigen::Success) return false;
        component.factor = cholesky.matrixL();
        if (!component.factor.allFinite()) return false;
    }
    return true;
}

/// Log of weight times density of every component at every row: [components, rows].
MatrixXd log_joint(const MatrixXd& x, const std::vector<GaussianMixture::Component>& components)
{
    MatrixXd log_density(static_cast<Eigen::Index>(components.size()), x.cols());
    for (std::size_t k = 0; k < components.size(); ++k) {
        const auto& c = components[k];
        MatrixXd whitened = x.colwise() - c.mean;
        c.factor.triangularView<Eigen::Lower>().solveInPlace(whitened);
        const double constant = c.log_weight - c.factor.diagonal().array().log().sum() - 0.5 * static_cast<double>(x.rows()) * std::log(2 * std::numbers::pi);
        log_density.row(static_cast<Eigen::Index>(k)) = constant - 0.5 * whitened.colwise().squaredNorm().array();
    }
    return log_density;
}

/// Turns log joint densities into responsibilities. \return the mean log-likelihood of the rows
double normalise(MatrixXd& log_density)
{
    double total = 0;
    for (Eigen::Index i = 0; i < log_density.cols(); ++i) {
        auto column = log_density.col(i);
        const double largest = column.maxCoeff();
        const double log_sum = largest + std::log((column.array() - largest).exp().sum());
        total += log_sum;
        column = (column.array() - log_sum).exp();
    }
    return total / static_cast<double>(log_density.cols());
}

std::vector<std::int32_t> largest(const MatrixXd& log_density)
{
    std::vector<std::int32_t> label;
    for (Eigen::Index i = 0; i < log_density.cols(); ++i) {
        Eigen::Index component = 0;
        log_density.col(i).maxCoeff(&component);
        label.push_back(static_cast<std::int32_t>(component));
    }
    return label;
}

}  // namespace

std::optional<GaussianMixture> gaussian_mixture(const Rows& rows, std::span<const std::int32_t> start, int components)
{
    GaussianMixture mixture;
    mixture.origin = mean_of(rows);
    const MatrixXd centred = centred_columns(rows, mixture.origin);
    mixture.basis = MatrixXd::Identity(rows.columns, std::min(rows.columns, rows.count));
    if (rows.count < rows.columns) mixture.basis = Eigen::HouseholderQR<MatrixXd>(centred).householderQ() * mixture.basis;
    const MatrixXd x = rows.count < rows.columns ? MatrixXd(mixture.basis.transpose() * centred) : centred;

    MatrixXd responsibility = MatrixXd::Zero(components, rows.count);
    for (std::int64_t i = 0; i < rows.count; ++i) responsibility(start[static_cast<std::size_t>(i)], i) = 1;
    mixture.components.resize(static_cast<std::size_t>(components));
    if (!maximise(x, responsibility, mixture.components)) return std::nullopt;
    double before = -INFINITY;
    while (mixture.iterations < most_iterations) {
        responsibility = log_joint(x, mixture.components);
        const double likelihood = normalise(responsibility);
        if (!std::isfinite(likelihood) || !maximise(x, responsibility, mixture.components)) return std::nullopt;
        ++mixture.iterations;
        if (std::abs(likelihood - before) < smallest_gain) break;
        before = likelihood;
    }
    MatrixXd log_density = log_joint(x, mixture.components);
    mixture.label = largest(log_density);
    const auto missing = static_cast<double>(rows.columns - x.rows());
    mixture.log_likelihood = normalise(log_density) - 0.5 * missing * std::log(2 * std::numbers::pi * regularisation);
    return mixture;
}

std::vector<std::int32_t> most_probable(const GaussianMixture& mixture, const Rows& rows)
{
    const MatrixXd centred = centred_columns(rows, mixture.origin);
    return largest(log_joint(mixture.basis.transpose() * centred, mixture.components));
}

}  // namespace sluice::fusion
