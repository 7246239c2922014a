#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/tile_sums.hpp"
#include "selection/bait/picks.hpp"
#include "selection/bait/start.hpp"

namespace sluice::selection {

namespace {

/// g . v for the rows of a block.
void project(const FactoredBlock& block, const Eigen::MatrixXd& v, std::int64_t count, double* out)
{
    thread_local Eigen::MatrixXd of_z;
    of_z.noalias() = v * block.z;
    for (std::int64_t i = 0; i < count; ++i) out[i] = dot(of_z.col(i).data(), block.a.col(i).data(), block.a.rows());
}

void record_pass(const BaitInput& input, double products)
{
    input.work.bytes += static_cast<double>((input.rows.z.size() + input.rows.a.size()) * sizeof(float));
    input.work.flops += 2.0 * products * static_cast<double>(input.share.rows() * input.rows.length());
}

/// F v, F the mean of g^T g over the pool. Collective. \param along  g . v of own rows is kept here
Eigen::MatrixXd covered(const BaitInput& input, const Eigen::MatrixXd& v, std::int64_t pool_rows, std::vector<double>& along)
{
    const auto width = static_cast<std::size_t>(v.size());
    const auto sum = parallel::sum_over_tiles("selection/bait_cover", input.tiling, input.share, width, input.ranks, [&](RowId tile, double* partial) {
        thread_local FactoredBlock block;
        Eigen::Map<Eigen::MatrixXd> total(partial, v.rows(), v.cols());
        for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
            if (stop_requested()) return;
            block.load(input.rows, input.state, first, count);
            double* own = along.data() + first;
            project(block, v, count, own);
            for (std::int64_t i = 0; i < count; ++i) block.a.col(i) *= own[i];
            total.noalias() += block.a * block.z.transpose();
        });
    });
    record_pass(input, 2);
    parallel::stop_if_asked(input.ranks);
    return Eigen::Map<const Eigen::MatrixXd>(sum.data(), v.rows(), v.cols()) / static_cast<double>(pool_rows);
}

/// Brings the scores of own rows up to date with a pick. \param along  g . v of own rows
void take_in(const BaitInput& input, const Step& step, const std::vector<double>& along, double weight, BaitScores& scores)
{
    together(input.ranks, [&] {
        parallel::for_each_tile("selection/bait_take_in", input.share, [&](RowId tile) {
            thread_local FactoredBlock block;
            std::array<double, FactoredBlock::most> covered_along;
            for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
                if (stop_requested()) return;
                block.load(input.rows, input.state, first, count);
                project(block, step.w, count, covered_along.data());
                for (std::int64_t i = 0; i < count; ++i) {
                    const auto row = static_cast<std::size_t>(first + i);
                    step.lower(scores.leverage[row], scores.influence[row], along[row], covered_along[static_cast<std::size_t>(i)], weight);
                }
            });
        });
    });
    record_pass(input, 1);
}

Ranked best_own_row(const BaitInput& input, const BaitScores& scores, const std::vector<bool>& open)
{
    Ranked best = Ranked::none();
    for (std::size_t i = 0; i < open.size(); ++i) {
        const Ranked candidate{scores.value(i), input.share.first_row + static_cast<RowId>(i)};
        if (open[i] && candidate < best) best = candidate;
    }
    return best;
}

}  // namespace

std::vector<Pick> pick_long_rows(const BaitInput& input, std::int64_t pool_rows, std::int64_t most)
{
    PickedInformation information(input);
    auto scores = scores_by_pairs(input, information.labelled(), pool_rows);
    scores.weigh(information.weight());
    std::vector<bool> open;
    for (const auto state : input.state) open.push_back(state == pool::RowState::unlabelled);
    std::vector<double> along(input.state.size());

    while (information.count() < most) {
        const Ranked best = input.ranks.first(best_own_row(input, scores, open));
        auto pick = information.examine(best.row, [&](const Eigen::MatrixXd& v) { return covered(input, v, pool_rows, along); });
        const bool is_own = input.share.owns(best.row);
        const auto local = static_cast<std::size_t>(best.row - input.share.first_row);
        if (!was_best(pick, best)) {
            if (is_own) scores.leverage[local] = pick.leverage, scores.influence[local] = pick.influence;
            continue;
        }
        if (is_own) open[local] = false;
        const bool is_last = information.count() + 1 == most;
        if (!is_last) take_in(input, {best, pick.leverage, pick.influence, pick.v, information.solve_covered(pick)}, along, information.weight(), scores);
        information.take(std::move(pick));
    }
    return std::move(information).picks();
}

}  // namespace sluice::selection
