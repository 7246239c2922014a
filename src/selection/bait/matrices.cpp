#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/tile_sums.hpp"
#include "selection/bait/start.hpp"

namespace sluice::selection {

namespace {

/// L^-1,  M = L L^T formed from the labelled rows.
Eigen::MatrixXd inverse_root(const FactoredRows& labelled, double lambda, double weight)
{
    const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(labelled.length(), labelled.length());
    Eigen::MatrixXd information = lambda * identity, g;
    for_each_block(0, labelled.rows(), [&](std::int64_t first, std::int64_t count) {
        load_full_length(labelled, {}, first, count, g);
        information.selfadjointView<Eigen::Lower>().rankUpdate(g, weight);
    });
    return Eigen::LLT<Eigen::MatrixXd>(information).matrixL().solve(identity);
}

}  // namespace

Eigen::MatrixXd mean_information(const BaitInput& input, std::int64_t pool_rows)
{
    const auto length = input.rows.length();
    const auto width = static_cast<std::size_t>(length * (length + 1) / 2);
    const auto packed = parallel::sum_over_tiles("selection/bait_information", input.tiling, input.share, width, input.ranks, [&](RowId tile, double* partial) {
        Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(length, length);
        thread_local Eigen::MatrixXd g;
        for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
            if (stop_requested()) return;
            load_full_length(input.rows, input.state, first, count, g);
            sum.selfadjointView<Eigen::Lower>().rankUpdate(g);
        });
        for (Eigen::Index j = 0; j < length; ++j) partial = std::copy_n(sum.col(j).data() + j, length - j, partial);
    });
    Eigen::MatrixXd mean(length, length);
    const double* next = packed.data();
    for (Eigen::Index j = 0; j < length; ++j) {
        for (Eigen::Index i = j; i < length; ++i) mean(i, j) = mean(j, i) = *next++ / static_cast<double>(pool_rows);
    }
    parallel::stop_if_asked(input.ranks);
    return mean;
}

BaitScores scores_by_matrices(const BaitInput& input, double weight, const Eigen::MatrixXd& mean)
{
    // With y = L^-1 g:  leverage = y . y,  influence = y^T Q y,  Q = L^-1 F L^-T = half + half^T.
    Eigen::MatrixXd root, half;
    together(input.ranks, [&] {
        root = inverse_root(input.labelled, input.lambda, weight);
        half = root * mean * root.transpose();
        half.diagonal() /= 2;
    });
    const auto rows = static_cast<std::size_t>(input.share.rows());
    BaitScores scores{std::vector<double>(rows), std::vector<double>(rows)};
    together(input.ranks, [&] {
        parallel::for_each_tile("selection/bait_start", input.share, [&](RowId tile) {
            thread_local Eigen::MatrixXd g, y, of_half;
            for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
                if (stop_requested()) return;
                load_full_length(input.rows, input.state, first, count, g);
                y.noalias() = root.triangularView<Eigen::Lower>() * g;
                of_half.noalias() = half.triangularView<Eigen::Lower>() * y;
                for (std::int64_t i = 0; i < count; ++i) {
                    scores.leverage[static_cast<std::size_t>(first + i)] = dot(y.col(i).data(), y.col(i).data(), g.rows());
                    scores.influence[static_cast<std::size_t>(first + i)] = 2 * dot(of_half.col(i).data(), y.col(i).data(), g.rows());
                }
            });
        });
    });
    input.work.flops += 3.0 * static_cast<double>(rows) * static_cast<double>(input.rows.length() * input.rows.length());
    return scores;
}

}  // namespace sluice::selection
