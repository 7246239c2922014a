#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"
#include "selection/bait/picks.hpp"
#include "selection/bait/products.hpp"
#include "selection/bait/start.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::selection {

namespace {

constexpr std::int64_t most_steps = vectors_at_once / 2;  ///< picks that the other rows learn of at once

/// v and w of some picks beside each other, [length, vectors_at_once], ready for products.
std::vector<double> interleaved(std::span<const Step> steps, std::int64_t length)
{
    std::vector<double> vectors(static_cast<std::size_t>(length * vectors_at_once), 0.0);
    for (std::size_t s = 0; s < steps.size(); ++s) {
        for (std::int64_t k = 0; k < length; ++k) {
            double* at = vectors.data() + k * vectors_at_once + 2 * static_cast<std::int64_t>(s);
            at[0] = steps[s].v.data()[k];
            at[1] = steps[s].w.data()[k];
        }
    }
    return vectors;
}

/// The own rows of largest scores, and their scores while picks are looked for.
struct Leaders {
    std::vector<std::size_t> rows;  ///< local
    Panels<float> plain;            ///< where rows are used as they are stored, else
    Panels<double> g;
    BaitScores scores;
    std::vector<bool> open;
    Ranked next = Ranked::none();   ///< the best of the other own rows
};

/// The forward picks where F is known as a matrix: what is right at any time are scores_, open_ and the picks in information_; leaders look ahead from there.
class ShortForward {
public:
    ShortForward(const BaitInput& input, std::int64_t pool_rows)
        : input_(input), information_(input), mean_(mean_information(input, pool_rows)), scores_(scores_by_matrices(input, information_.labelled_weight(), mean_))
    {
        scores_.weigh(information_.weight());
        for (const auto state : input.state) open_.push_back(state == pool::RowState::unlabelled);
        is_plain_ = input.rows.a_columns == 1 && std::all_of(input.rows.a.begin(), input.rows.a.end(), [](float a) { return a == 1; });
    }

    std::vector<Pick> pick(std::int64_t most, std::optional<std::size_t> leaders_asked)
    {
        const auto most_leaders = leaders_asked.value_or(std::max<std::size_t>(1024, open_.size() / 32));
        while (information_.count() < most) {
            Leaders leaders;
            together(input_.ranks, [&] { leaders = find_leaders(most_leaders); });
            std::vector<BaitScores> history;
            const auto steps = look_among(leaders, most, history);
            const auto right = tell_others(steps, leaders);
            information_.drop_last(steps.size() - right);
            for (std::size_t i = 0; i < leaders.rows.size(); ++i) {
                const auto& known = steps.empty() ? leaders.scores : history[right];
                scores_.leverage[leaders.rows[i]] = known.leverage[i];
                scores_.influence[leaders.rows[i]] = known.influence[i];
            }
            for (std::size_t s = 0; s < right; ++s) {
                if (input_.share.owns(steps[s].thought.row)) open_[local(steps[s].thought.row)] = false;
            }
        }
        return std::move(information_).picks();
    }

private:
    std::size_t local(RowId row) const { return static_cast<std::size_t>(row - input_.share.first_row); }
    Ranked ranked(const BaitScores& scores, std::size_t at, std::size_t row) const { return {scores.value(at), input_.share.first_row + static_cast<RowId>(row)}; }

    Leaders find_leaders(std::size_t most) const
    {
        std::vector<Ranked> order;
        for (std::size_t row = 0; row < open_.size(); ++row) {
            if (open_[row]) order.push_back(ranked(scores_, row, row));
        }
        Leaders leaders;
        if (most < order.size()) {
            std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end());
            leaders.next = order[most];
            order.resize(most);
        }
        const auto length = input_.rows.length();
        if (is_plain_) leaders.plain.reserve(static_cast<std::int64_t>(order.size()), length);
        else leaders.g.reserve(static_cast<std::int64_t>(order.size()), length);
        leaders.open.assign(order.size(), true);
        Eigen::MatrixXd g;
        for (const auto& leader : order) {
            const auto row = local(leader.row);
            const auto at = static_cast<std::int64_t>(leaders.rows.size());
            if (is_plain_) {
                leaders.plain.set(at, input_.rows.z.data() + static_cast<std::int64_t>(row) * length, length);
            } else {
                load_full_length(input_.rows, {}, static_cast<std::int64_t>(row), 1, g);
                leaders.g.set(at, g.data(), length);
            }
            leaders.rows.push_back(row);
            leaders.scores.leverage.push_back(scores_.leverage[row]);
            leaders.scores.influence.push_back(scores_.influence[row]);
        }
        return leaders;
    }

    /// Index of the best open leader; their number if there is none.
    std::size_t best_of(const Leaders& leaders) const
    {
        std::size_t best = leaders.rows.size();
        for (std::size_t i = 0; i < leaders.rows.size(); ++i) {
            const bool is_first = best == leaders.rows.size() || ranked(leaders.scores, i, leaders.rows[i]) < ranked(leaders.scores, best, leaders.rows[best]);
            if (leaders.open[i] && is_first) best = i;
        }
        return best;
    }

    /// Picks among the leaders. Collective. \param history  the leaders' scores before the first step and after each
    std::vector<Step> look_among(Leaders& leaders, std::int64_t most, std::vector<BaitScores>& history)
    {
        const Ranked next = input_.ranks.first(leaders.next);
        std::vector<Step> steps;
        while (static_cast<std::int64_t>(steps.size()) < most_steps && information_.count() < most) {
            const auto own = best_of(leaders);
            const bool has_own = own < leaders.rows.size();
            const Ranked best = input_.ranks.first(has_own ? ranked(leaders.scores, own, leaders.rows[own]) : Ranked::none());
            const bool has_fallen_behind = steps.empty() && next < best;
            if (has_fallen_behind || best.row == Ranked::nobody) break;
            auto pick = information_.examine(best.row, [this](const Eigen::MatrixXd& v) -> Eigen::MatrixXd {
                return (mean_ * v.reshaped()).reshaped(v.rows(), v.cols());
            });
            const bool is_own = input_.share.owns(best.row);
            if (!was_best(pick, best)) {
                if (is_own) leaders.scores.leverage[own] = pick.leverage, leaders.scores.influence[own] = pick.influence;
                continue;
            }
            if (is_own) leaders.open[own] = false;
            if (steps.empty()) history.push_back(leaders.scores);
            steps.push_back({best, pick.leverage, pick.influence, pick.v, information_.solve_covered(pick)});
            information_.take(std::move(pick));
            lower(leaders, steps.back());
            history.push_back(leaders.scores);
        }
        return steps;
    }

    void lower(Leaders& leaders, const Step& step) const
    {
        const auto length = input_.rows.length();
        std::vector<double> along;
        if (is_plain_) leaders.plain.products(step.v.data(), step.w.data(), length, along);
        else leaders.g.products(step.v.data(), step.w.data(), length, along);
        for (std::size_t i = 0; i < leaders.rows.size(); ++i) {
            step.lower(leaders.scores.leverage[i], leaders.scores.influence[i], along[2 * i], along[2 * i + 1], information_.weight());
        }
    }

    /// Brings the scores of own rows up to date with as many of the steps as are right: those before the first at which a row other than the leaders would have come
    /// first. Collective. \return  their number
    std::size_t tell_others(std::span<const Step> steps, const Leaders& leaders)
    {
        auto others = open_;
        for (const auto row : leaders.rows) others[row] = false;
        const auto own_tiles = static_cast<std::size_t>(input_.share.tiles());
        std::vector<std::size_t> right(own_tiles, steps.size());
        BaitScores after = scores_;
        const auto tell = [&](std::span<const Step> told) {
            for_blocks(told, [&](RowId tile, std::int64_t first, std::int64_t count, const double* along) {
                auto& tile_right = right[static_cast<std::size_t>(tile - input_.share.first_tile)];
                for (std::size_t s = 0; s < told.size(); ++s) {
                    const auto& step = told[s];
                    const double near = step.thought.value - 1e-12 * std::abs(step.thought.value);
                    for (std::int64_t i = 0; i < count; ++i) {
                        const auto row = static_cast<std::size_t>(first + i);
                        const bool may_be_first = after.influence[row] >= near * (1 + after.leverage[row]);
                        if (may_be_first && others[row] && ranked(after, row, row) < step.thought) tile_right = std::min(tile_right, s);
                        const double* of_row = along + i * vectors_at_once + 2 * static_cast<std::int64_t>(s);
                        step.lower(after.leverage[row], after.influence[row], of_row[0], of_row[1], information_.weight());
                    }
                }
            });
        };
        if (!steps.empty()) tell(steps);
        parallel::stop_if_asked(input_.ranks);
        const auto own_right = own_tiles == 0 ? steps.size() : *std::min_element(right.begin(), right.end());
        const auto all_right = static_cast<std::size_t>(input_.ranks.smallest(static_cast<double>(own_right)));
        if (all_right < steps.size()) {
            after = scores_;
            tell(steps.first(all_right));
        }
        scores_ = std::move(after);
        return all_right;
    }

    /// Calls work(tile, first local row, rows, products with v and w of the steps) for blocks of own rows.
    template <typename Work>
    void for_blocks(std::span<const Step> steps, const Work& work)
    {
        const auto length = input_.rows.length();
        const auto vectors = interleaved(steps, length);
        together(input_.ranks, [&] {
            parallel::for_each_tile("selection/bait_lower", input_.share, [&](RowId tile) {
                thread_local Eigen::MatrixXd g;
                std::array<double, FactoredBlock::most * vectors_at_once> along;
                for_each_block(input_.tiling.first_row(tile) - input_.share.first_row, input_.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
                    if (stop_requested()) return;
                    if (is_plain_) {
                        products(input_.rows.z.data() + first * length, count, length, vectors.data(), along.data());
                    } else {
                        load_full_length(input_.rows, input_.state, first, count, g);
                        products(g.data(), count, length, vectors.data(), along.data());
                    }
                    work(tile, first, count, along.data());
                });
            });
        });
        input_.work.bytes += static_cast<double>((input_.rows.z.size() + input_.rows.a.size()) * sizeof(float));
        input_.work.flops += 2.0 * static_cast<double>(vectors_at_once * input_.share.rows() * length);
    }

    const BaitInput& input_;
    PickedInformation information_;
    Eigen::MatrixXd mean_;    ///< F
    BaitScores scores_;       ///< of own rows scaled by the root of a pick's weight, under M
    std::vector<bool> open_;  ///< [own rows] may be picked
    bool is_plain_ = false;   ///< all a are 1
};

}  // namespace

std::vector<Pick> pick_short_rows(const BaitInput& input, std::int64_t pool_rows, std::int64_t most, std::optional<std::size_t> leaders)
{
    return ShortForward(input, pool_rows).pick(most, leaders);
}

}  // namespace sluice::selection
