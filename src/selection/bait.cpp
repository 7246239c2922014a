#include "selection/bait.hpp"

#include "base/signals.hpp"
#include "parallel/tile_sums.hpp"
#include "selection/bait_removal.hpp"
#include "selection/bait_start.hpp"

#include <cmath>
#include <optional>

namespace sluice::selection {

namespace {

/// The unlabelled rows of all ranks. Error if one cannot be used.
std::int64_t count_pool(const BaitInput& input)
{
    std::int64_t own = 0;
    together(input.ranks, [&] {
        FactoredBlock block;
        for_each_block(0, input.share.rows(), [&](std::int64_t first, std::int64_t count) {
            block.load(input.rows, input.state, first, count);
            for (std::int64_t i = 0; i < count; ++i) {
                if (input.state[static_cast<std::size_t>(first + i)] != pool::RowState::unlabelled) continue;
                const RowId row = input.share.first_row + first + i;
                if (!std::isfinite(block.square(i))) fail("BAIT: the features of row {} are not finite numbers; the model has diverged", row);
                ++own;
            }
        });
    });
    return input.ranks.sum(own);
}

/// The factors of one row, on every rank, as a matrix [a_columns, z_columns].
Eigen::MatrixXd gather_row(const BaitInput& input, RowId row)
{
    std::vector<float> own;
    if (input.share.owns(row)) {
        const auto local = row - input.share.first_row;
        const auto z = input.rows.z.subspan(static_cast<std::size_t>(local * input.rows.z_columns), static_cast<std::size_t>(input.rows.z_columns));
        const auto a = input.rows.a.subspan(static_cast<std::size_t>(local * input.rows.a_columns), static_cast<std::size_t>(input.rows.a_columns));
        own.assign(z.begin(), z.end());
        own.insert(own.end(), a.begin(), a.end());
    }
    const auto factors = input.ranks.gather(std::span<const float>(own));
    const auto z = Eigen::Map<const Eigen::VectorXf>(factors.data(), input.rows.z_columns).cast<double>();
    const auto a = Eigen::Map<const Eigen::VectorXf>(factors.data() + input.rows.z_columns, input.rows.a_columns).cast<double>();
    return a * z.transpose();
}

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

/// F v, F the mean of g^T g over the pool. \param along  g . v of own rows is kept here
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
    return Eigen::Map<const Eigen::MatrixXd>(sum.data(), v.rows(), v.cols()) / static_cast<double>(pool_rows);
}

/// Brings the scores of own rows up to date with a pick: M^-1 becomes  M^-1 - b v v^T,  b = 1 / (1 + leverage of the pick).
/// \param along  g . v of own rows  \param w  M^-1 F v  \param weight  of the pick's information
void take_in(const BaitInput& input, const Pick& pick, const std::vector<double>& along, const Eigen::MatrixXd& w, double weight, BaitScores& scores)
{
    const double b = 1 / (1 + pick.leverage);
    together(input.ranks, [&] {
        parallel::for_each_tile("selection/bait_take_in", input.share, [&](RowId tile) {
            thread_local FactoredBlock block;
            std::array<double, FactoredBlock::most> covered_along;
            for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
                if (stop_requested()) return;
                block.load(input.rows, input.state, first, count);
                project(block, w, count, covered_along.data());
                for (std::int64_t i = 0; i < count; ++i) {
                    const auto row = static_cast<std::size_t>(first + i);
                    const double p = along[row], r = covered_along[static_cast<std::size_t>(i)];
                    scores.leverage[row] -= weight * b * p * p;
                    scores.influence[row] += weight * b * p * (b * pick.influence * p - 2 * r);
                }
            });
        });
    });
    record_pass(input, 1);
}

/// The forward picks, and the scores that they leave to the other rows.
class Forward {
public:
    /// \param pool_rows  unlabelled rows of all ranks
    Forward(const BaitInput& input, std::int64_t pool_rows) : input_(input), pool_rows_(pool_rows), along_(input.state.size())
    {
        const auto n = static_cast<double>(input.labelled.rows()), q = static_cast<double>(input.count);
        const double labelled_weight = n / (n + q);
        weight_ = q / (n + q);
        together(input.ranks, [&] { labelled_.emplace(input.labelled, input.lambda, labelled_weight); });
        const bool is_short = input.rows.length() <= longest_for_matrices;
        scores_ = is_short ? scores_by_matrices(input, labelled_weight, pool_rows) : scores_by_pairs(input, *labelled_, pool_rows);
        for (auto& s : scores_.leverage) s *= weight_;
        for (auto& t : scores_.influence) t *= weight_;
        for (const auto state : input.state) open_.push_back(state == pool::RowState::unlabelled);
    }

    std::vector<Pick> pick(std::int64_t most)
    {
        while (static_cast<std::int64_t>(picks_.size()) < most) {
            const Ranked best = input_.ranks.first(best_own_row());
            if (best.row == Ranked::nobody) break;
            Pick pick = examine(best.row);
            // Scores of rows that picks have all but explained are small differences of large numbers. This row's is known better by now: was it the best?
            constexpr double tolerance = 1e-3;
            const bool was_best = pick.ranked.value >= best.value * (1 - tolerance);
            if (!was_best) correct(pick);
            else take(std::move(pick), static_cast<std::int64_t>(picks_.size()) + 1 == most);
        }
        return std::move(picks_);
    }

private:
    Ranked best_own_row() const
    {
        Ranked best = Ranked::none();
        for (std::size_t i = 0; i < open_.size(); ++i) {
            const Ranked candidate{scores_.influence[i] / (1 + scores_.leverage[i]), input_.share.first_row + static_cast<RowId>(i)};
            if (open_[i] && candidate < best) best = candidate;
        }
        return best;
    }

    std::vector<double> along_picks(const Eigen::MatrixXd& v) const
    {
        std::vector<double> along;
        for (const auto& pick : picks_) along.push_back(dot(v.data(), pick.v.data(), v.size()));
        return along;
    }

    /// M^-1 v  \param along  what along_picks says of v
    Eigen::MatrixXd solve(const Eigen::MatrixXd& v, const std::vector<double>& along) const
    {
        Eigen::MatrixXd solved = labelled_->solve(v);
        for (std::size_t k = 0; k < picks_.size(); ++k) solved -= along[k] / (1 + picks_[k].leverage) * picks_[k].v;
        return solved;
    }

    /// What there is to know of a row, in float64. Its products with own rows are left in along_.
    Pick examine(RowId row)
    {
        Pick pick;
        const Eigen::MatrixXd g = std::sqrt(weight_) * gather_row(input_, row);
        pick.along_earlier = along_picks(g);
        pick.v = solve(g, pick.along_earlier);
        pick.covered = covered(input_, pick.v, pool_rows_, along_);
        parallel::stop_if_asked(input_.ranks);
        pick.leverage = dot(g.data(), pick.v.data(), g.size());
        pick.influence = dot(pick.v.data(), pick.covered.data(), g.size());
        pick.ranked = {pick.influence / (1 + pick.leverage), row};
        return pick;
    }

    void correct(const Pick& pick)
    {
        if (!input_.share.owns(pick.ranked.row)) return;
        const auto local = static_cast<std::size_t>(pick.ranked.row - input_.share.first_row);
        scores_.leverage[local] = pick.leverage;
        scores_.influence[local] = pick.influence;
    }

    void take(Pick pick, bool is_last)
    {
        if (input_.share.owns(pick.ranked.row)) open_[static_cast<std::size_t>(pick.ranked.row - input_.share.first_row)] = false;
        if (!is_last) take_in(input_, pick, along_, solve(pick.covered, along_picks(pick.covered)), weight_, scores_);
        picks_.push_back(std::move(pick));
    }

    const BaitInput& input_;
    std::int64_t pool_rows_;
    double weight_ = 0;  ///< of the information of a pick
    std::optional<LabelledInformation> labelled_;
    BaitScores scores_;       ///< of rows scaled by the root of the weight, under the information of labelled rows and picks, M
    std::vector<bool> open_;  ///< [own rows] may be picked
    std::vector<double> along_;
    std::vector<Pick> picks_;
};

}  // namespace

BaitBatch bait(const BaitInput& input)
{
    const auto pool_rows = count_pool(input), kept = std::min(input.count, pool_rows);
    if (kept <= 0) return {};
    const auto picks = Forward(input, pool_rows).pick(std::min(2 * input.count, pool_rows));
    BaitBatch batch;
    for (const auto& pick : picks) batch.picked.push_back(pick.ranked);
    batch.removed = remove_least_useful(picks, static_cast<std::size_t>(kept));
    for (const auto& pick : batch.picked) {
        const bool is_removed = std::any_of(batch.removed.begin(), batch.removed.end(), [&](const Ranked& removed) { return removed.row == pick.row; });
        if (!is_removed) batch.rows.push_back(pick.row);
    }
    return batch;
}

}  // namespace sluice::selection
