#include "selection/bait/removal.hpp"

#include "selection/bait/factored_rows.hpp"

namespace sluice::selection {

std::vector<Ranked> remove_least_useful(const std::vector<Pick>& picks, std::size_t kept)
{
    const auto count = static_cast<Eigen::Index>(picks.size());
    // With G the picks and M the information before the first: I + G M^-1 G^T = C D C^T, C lower triangular with ones, D = 1 + leverage, and M^-1 G^T = V C^T.
    Eigen::MatrixXd c = Eigen::MatrixXd::Identity(count, count), covered(count, count);
    Eigen::VectorXd d(count);
    for (Eigen::Index i = 0; i < count; ++i) {
        const auto& pick = picks[static_cast<std::size_t>(i)];
        d[i] = 1 + pick.leverage;
        for (Eigen::Index k = 0; k < i; ++k) c(i, k) = pick.along_earlier[static_cast<std::size_t>(k)] / d[k];
        for (Eigen::Index k = 0; k < count; ++k) covered(i, k) = dot(pick.v.data(), picks[static_cast<std::size_t>(k)].covered.data(), pick.v.size());
    }
    // With all picks in M:  1 - leverage is the diagonal of A = (C D C^T)^-1, and influence that of  A (C V F V^T C^T) A = C^-T D^-1 V F V^T D^-1 C^-1.
    const Eigen::MatrixXd root = c.triangularView<Eigen::UnitLower>().solve(Eigen::MatrixXd::Identity(count, count));
    Eigen::MatrixXd rest = root.transpose() * d.cwiseInverse().asDiagonal() * root;
    Eigen::MatrixXd influence = root.transpose() * d.cwiseInverse().asDiagonal() * covered * d.cwiseInverse().asDiagonal() * root;

    std::vector<bool> is_left(picks.size(), true);
    std::vector<Ranked> removed;
    while (removed.size() + kept < picks.size()) {
        Ranked least = Ranked::none();
        Eigen::Index at = 0;
        for (Eigen::Index i = 0; i < count; ++i) {
            const Ranked candidate{-influence(i, i) / rest(i, i), picks[static_cast<std::size_t>(i)].ranked.row};
            if (is_left[static_cast<std::size_t>(i)] && candidate < least) least = candidate, at = i;
        }
        if (least.row == Ranked::nobody) break;
        removed.push_back(least);
        is_left[static_cast<std::size_t>(at)] = false;
        const Eigen::VectorXd column = rest.col(at) / rest(at, at), influenced = influence.col(at);
        const double own = influence(at, at);
        rest -= rest(at, at) * column * column.transpose();
        influence += own * column * column.transpose() - influenced * column.transpose() - column * influenced.transpose();
    }
    return removed;
}

}  // namespace sluice::selection
