#pragma once

#include "selection/bait/bait.hpp"
#include "selection/bait/labelled_information.hpp"

namespace sluice::selection {

/// What BAIT knows of each own row g; 0 for rows that are not of the pool.
struct BaitScores {
    std::vector<double> leverage;   ///< g M^-1 g^T
    std::vector<double> influence;  ///< g M^-1 F M^-1 g^T,  F the mean of g^T g over the pool

    /// By how much the row would lower the criterion.
    double value(std::size_t row) const { return influence[row] / (1 + leverage[row]); }

    /// Those of rows times the root of a weight.
    void weigh(double weight)
    {
        for (auto& s : leverage) s *= weight;
        for (auto& t : influence) t *= weight;
    }
};

/// Rows that are not longer than this are dealt with through matrices.
inline constexpr std::int64_t longest_for_matrices = 512;

/// F, the mean of g^T g over the pool, for short rows. float64. Collective.
/// \param pool_rows  unlabelled rows of all ranks, > 0
Eigen::MatrixXd mean_information(const BaitInput& input, std::int64_t pool_rows);

/// Scores before the first pick, M = lambda I + weight x information of the labelled rows, by forming M: of use for short rows. float64.
/// \param mean  F
BaitScores scores_by_matrices(const BaitInput& input, double weight, const Eigen::MatrixXd& mean);

/// The same for long rows, through the products of all pairs of rows: influence = mean over the pool of (g_i M^-1 g_j^T)^2, each pair once, whichever
/// rank has it. Products in float32, so that influence is right to about six digits and is kept to six, sums and leverage in float64.
/// \param own_bytes  memory for the factors of own rows and what labelled rows explain of them; with less, more of that is computed again
BaitScores scores_by_pairs(const BaitInput& input, const LabelledInformation& labelled, std::int64_t pool_rows, std::size_t own_bytes = 144'000'000);

}  // namespace sluice::selection
