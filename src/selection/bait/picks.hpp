#pragma once

#include "selection/bait/bait.hpp"
#include "selection/bait/removal.hpp"
#include "selection/bait/labelled_information.hpp"

#include <functional>
#include <optional>

namespace sluice::selection {

/// The information M of the labelled rows and of the picks so far. The same on every rank.
class PickedInformation {
public:
    /// Collective. Error if a factor of a labelled row is not finite.
    explicit PickedInformation(const BaitInput& input);

    const LabelledInformation& labelled() const { return *labelled_; }
    double labelled_weight() const { return labelled_weight_; }
    double weight() const { return weight_; }  ///< of the information of a pick
    std::int64_t count() const { return static_cast<std::int64_t>(picks_.size()); }

    /// What there is to know of a row, in float64. Collective. \param cover  F v, F the mean information of the pool
    Pick examine(RowId row, const std::function<Eigen::MatrixXd(const Eigen::MatrixXd&)>& cover) const;

    /// M^-1 F v of a pick
    Eigen::MatrixXd solve_covered(const Pick& pick) const { return solve(pick.covered, along_picks(pick.covered)); }

    void take(Pick pick) { picks_.push_back(std::move(pick)); }
    void drop_last(std::size_t count) { picks_.resize(picks_.size() - count); }
    std::vector<Pick> picks() && { return std::move(picks_); }

private:
    std::vector<double> along_picks(const Eigen::MatrixXd& v) const;
    Eigen::MatrixXd solve(const Eigen::MatrixXd& v, const std::vector<double>& along) const;

    const BaitInput& input_;
    double labelled_weight_, weight_;
    std::optional<LabelledInformation> labelled_;
    std::vector<Pick> picks_;
};

/// Scores of rows that picks have all but explained are small differences of large numbers. With its score known better by now: was this row the best?
inline bool was_best(const Pick& pick, const Ranked& thought)
{
    constexpr double tolerance = 1e-3;
    return pick.ranked.value >= thought.value * (1 - tolerance);
}

/// A pick as the scores of other rows see it: M^-1 becomes  M^-1 - b v v^T,  b = 1 / (1 + leverage).
struct Step {
    Ranked thought;         ///< the row, and its score when it was chosen
    double leverage, influence;
    Eigen::MatrixXd v, w;   ///< M^-1 g and M^-1 F v

    /// \param p, r  products of the row with v and w  \param weight  of the information of a pick
    void lower(double& row_leverage, double& row_influence, double p, double r, double weight) const
    {
        const double b = 1 / (1 + leverage);
        row_leverage -= weight * b * p * p;
        row_influence += weight * b * p * (b * influence * p - 2 * r);
    }
};

/// The forward picks of BAIT. Collective; the same on every rank.
/// \param pool_rows  unlabelled rows of all ranks, at least `most`, which is > 0
std::vector<Pick> pick_long_rows(const BaitInput& input, std::int64_t pool_rows, std::int64_t most);

/// The same for rows of `longest_for_matrices` at most. A pick is looked for among the rows of largest scores, the leaders; the others learn of many picks at
/// once, and if one of them would have come first somewhere, the picks from there on are taken back.
/// \param leaders  of each rank, > 0; by default a thirty-second of its rows, 1,024 at least. The picks do not depend on it.
std::vector<Pick> pick_short_rows(const BaitInput& input, std::int64_t pool_rows, std::int64_t most, std::optional<std::size_t> leaders = {});

}  // namespace sluice::selection
