#pragma once

#include "models/family.hpp"

#include <optional>

namespace sluice::models {

/// A bootstrap ensemble, or one distribution, the same on every rank.
struct Ensemble {
    int members = 0;  ///< or passes of all of them
    Form form = Form::members;
    Predict predict;
    std::optional<Posterior> posterior;  ///< of a Gaussian process
    RowScore predicted_loss;             ///< of a network that predicts it, else empty
    std::function<RowScore(const ChangeBasis&)> output_change;  ///< of networks that can say it, else empty
    double flops_per_row = 0;
    std::vector<Member> trained;        ///< where the next fit may begin from them
    std::vector<double> out_of_bag_r2;  ///< per target, see out_of_bag_r2; NaN if no row is out of bag; empty without resamples and of classes

    /// Numbers that are predicted for a row and target.
    int width() const { return form == Form::members ? members : 2; }
};

/// The resample of one member: keyed by member, so that it does not matter which rank draws it.
Bootstrap draw_bootstrap(std::int64_t count, int member, const FitKey& key);

/// All ranks' members, in rank order, on every rank. Collective.
std::vector<Member> gather_members(const std::vector<Member>& own, const Communicator& ranks);

/// Trains `members` members and gathers them: in blocks of `block`, dealt to ranks, on a bootstrap each, or all rows where the family does not resample. A block is
/// the unit of batching: its shape, and with it every bit of the result, does not depend on the number of ranks. Of members that learn together each rank has some.
/// Collective; a safe point.
/// \param before  members of the fit before this one, from which a family may go on; empty: there was none
Ensemble fit_ensemble(const Family& family, const TrainingSet& data, int members, int block, const FitKey& key, const Communicator& ranks,
                      const std::vector<Member>& before = {});

/// Coefficient of determination on rows that members have not seen: each row is predicted by the mean of the members in whose resample it is not.
/// Rows in every resample are left out. Source: Breiman 1996, "Out-of-bag estimation".
std::vector<double> out_of_bag_r2(const TrainingSet& data, const std::vector<Bootstrap>& bootstraps, const std::vector<float>& predictions);

}  // namespace sluice::models
