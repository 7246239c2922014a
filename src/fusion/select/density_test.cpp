#include "fusion/select/density_test.hpp"

#include "fusion/statistics.hpp"

#include <Eigen/Dense>

#include <set>

namespace sluice::fusion {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Rows rows_of(const Points& points)
{
    return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(points.values.data(), points.rows(), points.columns).cast<double>();
}

/// Of every row, the distance to its `k`-th nearest row, itself being the first.
std::vector<double> distance_to_kth(const Rows& x, Eigen::Index k)
{
    std::vector<double> result;
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        std::vector<double> squares;
        for (Eigen::Index j = 0; j < x.rows(); ++j) squares.push_back((x.row(i) - x.row(j)).squaredNorm());
        const auto at = squares.begin() + std::clamp<Eigen::Index>(k - 1, 0, x.rows() - 1);
        std::nth_element(squares.begin(), at, squares.end());
        result.push_back(std::sqrt(*at));
    }
    return result;
}

/// Scores of stacked rows on their two first principal components, through the Gram matrix: there are fewer rows than columns.
Eigen::MatrixXd two_components(const Rows& stacked)
{
    const Rows centred = stacked.rowwise() - stacked.colwise().mean();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(centred * centred.transpose());
    const auto n = stacked.rows();
    Eigen::MatrixXd scores = Eigen::MatrixXd::Zero(n, 2);
    for (Eigen::Index k = 0; k < std::min<Eigen::Index>(2, n); ++k) {
        scores.col(k) = solver.eigenvectors().col(n - 1 - k) * std::sqrt(std::max(solver.eigenvalues()[n - 1 - k], 0.0));
    }
    return scores;
}

std::vector<double> part(const Eigen::MatrixXd& scores, Eigen::Index column, Eigen::Index first, Eigen::Index count)
{
    std::vector<double> values;
    for (Eigen::Index i = first; i < first + count; ++i) values.push_back(scores(i, column));
    return values;
}

/// Cells of a 20 x 20 grid between the 1 % and 99 % quantiles of all rows that some of the given rows fall into; rows outside make cells of their own.
std::size_t occupied_cells(const Eigen::MatrixXd& scores, Eigen::Index first, Eigen::Index count)
{
    constexpr double cells = 20;
    std::set<std::pair<long, long>> occupied;
    std::vector<std::pair<double, double>> range;
    for (Eigen::Index axis = 0; axis < 2; ++axis) {
        const auto all = part(scores, axis, 0, scores.rows());
        range.emplace_back(quantile(all, 0.01), quantile(all, 0.99));
    }
    const auto cell = [&](Eigen::Index i, Eigen::Index axis) {
        const auto [low, high] = range[static_cast<std::size_t>(axis)];
        return static_cast<long>(std::floor((scores(i, axis) - low) / (high - low + 1e-9) * cells));
    };
    for (Eigen::Index i = first; i < first + count; ++i) occupied.emplace(cell(i, 0), cell(i, 1));
    return occupied.size();
}

/// Shares of a 30 x 30 histogram over the rows' own range.
std::vector<double> histogram(const std::vector<double>& a, const std::vector<double>& b)
{
    constexpr std::size_t bins = 30;
    const auto bin = [](const std::vector<double>& values, double v) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        if (!(*high > *low)) return bins / 2;
        return std::min(bins - 1, static_cast<std::size_t>((v - *low) / (*high - *low) * bins));
    };
    std::vector<double> share(bins * bins, 1e-12);
    for (std::size_t i = 0; i < a.size(); ++i) share[bin(a, a[i]) * bins + bin(b, b[i])] += 1;
    const double total = mean(share) * static_cast<double>(share.size());
    for (auto& s : share) s /= total;
    return share;
}

}  // namespace

DensityTest density_test(const Points& proposal, const Points& history)
{
    const Rows near = rows_of(proposal), past = rows_of(history);
    const auto columns = static_cast<double>(proposal.columns);
    const auto k = std::clamp<Eigen::Index>(static_cast<Eigen::Index>((std::sqrt(20.0) + 4 * std::log(columns + 1)) / 2), 5, 40);
    DensityTest test;
    const double proposal_radius = mean(distance_to_kth(near, std::min(k, near.rows() - 1)));
    const double history_radius = median(distance_to_kth(past, std::min(k, past.rows() - 1)));
    test.density_ratio = proposal_radius > 0 ? history_radius / proposal_radius : INFINITY;

    Rows stacked(near.rows() + past.rows(), near.cols());
    stacked << near, past;
    const auto scores = two_components(stacked);
    test.coverage = static_cast<double>(occupied_cells(scores, 0, near.rows())) / static_cast<double>(occupied_cells(scores, near.rows(), past.rows()));
    const auto p = histogram(part(scores, 0, near.rows(), past.rows()), part(scores, 1, near.rows(), past.rows()));
    const auto q = histogram(part(scores, 0, 0, near.rows()), part(scores, 1, 0, near.rows()));
    for (std::size_t i = 0; i < p.size(); ++i) test.divergence += p[i] * std::log(p[i] / q[i]);
    return test;
}

}  // namespace sluice::fusion
