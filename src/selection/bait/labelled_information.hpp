#pragma once

#include "selection/bait/factored_rows.hpp"

namespace sluice::selection {

/// The Fisher information of the labelled rows with a prior,  M = lambda I + weight G^T G,  and its inverse, for rows so long that M cannot be formed.
/// Woodbury's identity leaves a matrix with a row per labelled row:  M^-1 = (I - G^T (lambda / weight I + G G^T)^-1 G) / lambda. All in float64.
class LabelledInformation {
public:
    /// \param labelled  G, factored; may have no rows  \param lambda  > 0  \param weight  >= 0; 0 only without rows
    /// Error if a factor is not finite.
    LabelledInformation(const FactoredRows& labelled, double lambda, double weight);

    std::int64_t rows() const { return factor_.rows(); }
    double lambda() const { return lambda_; }

    /// What the labelled rows explain of other rows: u [labelled rows, rows of the block] with  g_i M^-1 g_j^T = (g_i . g_j - u_i . u_j) / lambda.
    void explain(const FactoredBlock& block, Eigen::MatrixXd& u) const;

    /// M^-1 v,  v and the result [a_columns, z_columns].
    Eigen::MatrixXd solve(const Eigen::MatrixXd& v) const;

private:
    double lambda_;
    FactoredBlock labelled_;   ///< [columns, labelled rows]
    Eigen::MatrixXd factor_;   ///< lower Cholesky factor of  lambda / weight I + G G^T
};

}  // namespace sluice::selection
