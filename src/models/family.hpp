#pragma once

#include "base/random.hpp"
#include "base/registry.hpp"
#include "models/posterior.hpp"
#include "parallel/communicator.hpp"
#include "parallel/device.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sluice::models {

/// The labelled rows, the same on every rank.
struct TrainingSet {
    std::vector<RowId> rows;
    std::int64_t columns = 0;
    std::int64_t targets = 0;
    std::vector<float> x;   ///< [rows, columns], scaled
    std::vector<double> y;  ///< [rows, targets], standardised, or raw where a campaign asks for it

    std::int64_t count() const { return static_cast<std::int64_t>(rows.size()); }
};

/// One member's resample of the labelled rows: indices into the training set, with repetitions; count() of them for a bootstrap, fewer for a fold.
using Bootstrap = std::vector<std::int64_t>;

/// What a family says of a row and target.
enum class Form {
    members,  ///< one number per member of an ensemble
    moments,  ///< mean and variance of one distribution
};

/// Fills `out` [rows, members, targets], or [rows, 2, targets] with moments, for features [rows, columns]. On the host it is called from several threads at once,
/// always with the same number of rows.
using Predict = std::function<void(const float* features, std::int64_t rows, float* out)>;

/// What the draws of a fit are keyed by, beside the member.
struct FitKey {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
    std::uint32_t fit = 0;  ///< which fit of the iteration, where there are several

    RandomStream draws(Purpose purpose, int member) const
    {
        return {seed, purpose, iteration, (std::uint64_t{fit} << 32) | static_cast<std::uint32_t>(member)};
    }
};

/// A trained member: a flat list of floats, so that members can be trained anywhere and gathered everywhere. Its meaning is its family's.
using Member = std::vector<float>;

/// Fills `out` [rows] for features [rows, columns]. May be called from several threads at once, always with the same number of rows.
using RowScore = std::function<void(const float* features, std::int64_t rows, double* out)>;

/// Where the change of a model's outputs is looked at, and the label that it is to learn, whatever the row.
struct ChangeBasis {
    std::vector<float> reference;     ///< [any, columns], scaled
    std::vector<double> pseudo_label; ///< [targets], in the units of the training set
};

/// Members that learn together, of which each rank has some.
struct MemberShare {
    int first, count;
    int all;
};

/// Trains this rank's members. What couples them, which goes over the ranks, is the same for any shares. Collective.
/// \param before  those members, as a fit before left them, to go on from; empty: they begin anew
using TrainTogether =
    std::function<std::vector<Member>(const TrainingSet&, const MemberShare&, const std::vector<Member>& before, const FitKey&, const Communicator&)>;

/// A surrogate family. With moments it is one distribution, whatever its members are, all of which learn from all labelled rows.
struct Family {
    /// One member per resample, consecutive ones from `first_member`, which keys their random draws. All are trained as one batch. Empty where members learn together.
    std::function<std::vector<Member>(const TrainingSet&, std::span<const Bootstrap>, int first_member, const FitKey&)> train;
    /// The function that predicts with all members, from features at a place to predictions at the same. The training set is the one they were trained on.
    std::function<Predict(const std::vector<Member>&, const TrainingSet&, parallel::Place)> predictor;
    /// Floating-point operations of predicting one row with all members, for the record of stages.
    std::function<double(const TrainingSet&, std::int64_t members)> flops_per_row;
    Form form = Form::members;
    bool classifies = false;           ///< labels are shares of classes, 1 of a row's own and 0 of the others; each member says probabilities
    int passes = 1;                    ///< predictions of each member, by Monte Carlo dropout
    bool resamples = true;             ///< members learn from bootstraps; otherwise all from all labelled rows, and differ in how they begin alone
    TrainTogether train_together = {}; ///< where members learn together: that, in place of `train`
    bool is_warm = false;              ///< members that learn together go on from the fit before
    /// Of a network that also predicts its own squared error: that.
    std::function<RowScore(const std::vector<Member>&, const TrainingSet&)> predicted_loss = {};
    /// Of networks: by how much a gradient step on a row with the pseudo-label would change the outputs at the reference rows, see expected_output_change.
    std::function<RowScore(const std::vector<Member>&, const TrainingSet&, const ChangeBasis&)> output_change = {};
    /// Of a Gaussian process: for rules that condition on rows before their labels are there. Otherwise empty.
    std::function<Posterior(const std::vector<Member>&, const TrainingSet&)> posterior = {};
};

using FamilyRegistration = Registration<Family>;

}  // namespace sluice::models
