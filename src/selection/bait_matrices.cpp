#include "base/signals.hpp"
#include "parallel/tile_sums.hpp"
#include "selection/bait_start.hpp"

namespace sluice::selection {

namespace {

/// Rows at full length, [length, rows]; the order of the entries is that of V [a_columns, z_columns].
Eigen::MatrixXd at_full_length(const FactoredBlock& block)
{
    Eigen::MatrixXd g(block.a.rows() * block.z.rows(), block.z.cols());
    for (Eigen::Index i = 0; i < g.cols(); ++i) {
        for (Eigen::Index j = 0; j < block.z.rows(); ++j) g.col(i).segment(j * block.a.rows(), block.a.rows()) = block.z(j, i) * block.a.col(i);
    }
    return g;
}

/// M^-1, formed from M itself.
Eigen::MatrixXd inverse_information(const FactoredRows& labelled, double lambda, double weight)
{
    Eigen::MatrixXd information = lambda * Eigen::MatrixXd::Identity(labelled.length(), labelled.length());
    FactoredBlock block;
    for_each_block(0, labelled.rows(), [&](std::int64_t first, std::int64_t count) {
        block.load(labelled, {}, first, count);
        information.selfadjointView<Eigen::Lower>().rankUpdate(at_full_length(block), weight);
    });
    return Eigen::LLT<Eigen::MatrixXd>(information).solve(Eigen::MatrixXd::Identity(labelled.length(), labelled.length()));
}

/// Mean of g^T g over the pool.
Eigen::MatrixXd mean_information(const BaitInput& input, std::int64_t pool_rows)
{
    const auto length = input.rows.length();
    const auto width = static_cast<std::size_t>(length * (length + 1) / 2);
    const auto packed = parallel::sum_over_tiles("selection/bait_information", input.tiling, input.share, width, input.ranks, [&](RowId tile, double* partial) {
        Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(length, length);
        FactoredBlock block;
        for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
            if (stop_requested()) return;
            block.load(input.rows, input.state, first, count);
            sum.selfadjointView<Eigen::Lower>().rankUpdate(at_full_length(block));
        });
        for (Eigen::Index j = 0; j < length; ++j) partial = std::copy_n(sum.col(j).data() + j, length - j, partial);
    });
    Eigen::MatrixXd mean(length, length);
    const double* next = packed.data();
    for (Eigen::Index j = 0; j < length; ++j) {
        for (Eigen::Index i = j; i < length; ++i) mean(i, j) = mean(j, i) = *next++ / static_cast<double>(pool_rows);
    }
    return mean;
}

}  // namespace

BaitScores scores_by_matrices(const BaitInput& input, double weight, std::int64_t pool_rows)
{
    Eigen::MatrixXd inverse;
    together(input.ranks, [&] { inverse = inverse_information(input.labelled, input.lambda, weight); });
    const auto mean = mean_information(input, pool_rows);
    parallel::stop_if_asked(input.ranks);

    const auto rows = static_cast<std::size_t>(input.share.rows());
    BaitScores scores{std::vector<double>(rows), std::vector<double>(rows)};
    together(input.ranks, [&] {
        parallel::for_each_tile("selection/bait_start", input.share, [&](RowId tile) {
            FactoredBlock block;
            for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
                if (stop_requested()) return;
                block.load(input.rows, input.state, first, count);
                const Eigen::MatrixXd g = at_full_length(block), solved = inverse * g, covered = mean * solved;
                for (std::int64_t i = 0; i < count; ++i) {
                    scores.leverage[static_cast<std::size_t>(first + i)] = dot(g.col(i).data(), solved.col(i).data(), g.rows());
                    scores.influence[static_cast<std::size_t>(first + i)] = dot(covered.col(i).data(), solved.col(i).data(), g.rows());
                }
            });
        });
    });
    input.work.flops += 5.0 * static_cast<double>(rows) * static_cast<double>(input.rows.length() * input.rows.length());
    return scores;
}

}  // namespace sluice::selection
