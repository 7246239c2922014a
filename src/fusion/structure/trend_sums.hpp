#pragma once

#include "fusion/structure/candidate_order.hpp"
#include "fusion/structure/trend_bins.hpp"

#include <Eigen/Dense>

namespace sluice::fusion {

/// What the structural trend needs of the two orders, summed over all candidates. Interpolation of a curve is a sum over bins of its value times a hat
/// function of the place, so that every sum over candidates of products of curves is a quadratic form in the bins. All of [bins + 1]; the last is 0.
/// Scores are mapped to [-1, 1].
struct OrderSums {
    Eigen::VectorXd hat;                                       ///< of each hat function; both orders have the same places
    Eigen::VectorXd hat_square;                                ///< of its square
    Eigen::VectorXd hat_next;                                  ///< of its product with the next one
    Eigen::MatrixXd across;                                    ///< of hat j of the first order times hat k of the second
    std::array<std::array<Eigen::VectorXd, 2>, 2> score_hat;   ///< [score][order] of a score times each hat function
    std::array<double, 2> score = {0, 0};
    std::array<std::array<double, 2>, 2> score_product = {};   ///< of z_a z_b
};

/// What it needs of one column of predictions, mapped to [-1, 1] by (value - centre) / half_range.
struct ColumnSums {
    double centre = 0;
    double half_range = 0;  ///< 0: all equal, and the rest is empty
    double value = 0;
    double square = 0;
    std::array<std::vector<double>, 2> bin;     ///< [order][bins] of the values in each bin
    std::array<Eigen::VectorXd, 2> hat;         ///< [order][bins + 1] of value times each hat function
};

/// Both sum in whole numbers, and give the same bits for any number of ranks and threads. Collective. The first sends bins^2 numbers, the second
/// 4 bins + 2 for each column.
OrderSums order_sums(const CandidateOrder& order, const CandidatePlaces& places, const TrendBins& bins, const Communicator& ranks);

/// \param mean  [own rows, columns], finite at candidates
std::vector<ColumnSums> column_sums(std::span<const float> mean, std::size_t columns, const CandidatePlaces& places, const TrendBins& bins,
                                    const Communicator& ranks);

}  // namespace sluice::fusion
