#include "selection/bait/picks.hpp"

#include <cmath>

namespace sluice::selection {

namespace {

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

}  // namespace

PickedInformation::PickedInformation(const BaitInput& input) : input_(input)
{
    const auto n = static_cast<double>(input.labelled.rows()), q = static_cast<double>(input.count);
    labelled_weight_ = n / (n + q);
    weight_ = q / (n + q);
    together(input.ranks, [&] { labelled_.emplace(input.labelled, input.lambda, labelled_weight_); });
}

Pick PickedInformation::examine(RowId row, const std::function<Eigen::MatrixXd(const Eigen::MatrixXd&)>& cover) const
{
    Pick pick;
    const Eigen::MatrixXd g = std::sqrt(weight_) * gather_row(input_, row);
    pick.along_earlier = along_picks(g);
    pick.v = solve(g, pick.along_earlier);
    pick.covered = cover(pick.v);
    pick.leverage = dot(g.data(), pick.v.data(), g.size());
    pick.influence = dot(pick.v.data(), pick.covered.data(), g.size());
    pick.ranked = {pick.influence / (1 + pick.leverage), row};
    return pick;
}

std::vector<double> PickedInformation::along_picks(const Eigen::MatrixXd& v) const
{
    std::vector<double> along;
    for (const auto& pick : picks_) along.push_back(dot(v.data(), pick.v.data(), v.size()));
    return along;
}

/// M^-1 v  \param along  what along_picks says of v
Eigen::MatrixXd PickedInformation::solve(const Eigen::MatrixXd& v, const std::vector<double>& along) const
{
    Eigen::MatrixXd solved = labelled_->solve(v);
    for (std::size_t k = 0; k < picks_.size(); ++k) solved -= along[k] / (1 + picks_[k].leverage) * picks_[k].v;
    return solved;
}

}  // namespace sluice::selection
