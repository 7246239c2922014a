#pragma once

#include "base/registry.hpp"
#include "parallel/communicator.hpp"

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
    std::vector<double> y;  ///< [rows, targets], standardised

    std::int64_t count() const { return static_cast<std::int64_t>(rows.size()); }
};

/// One member's resample of the labelled rows: count() indices into the training set, drawn with replacement.
using Bootstrap = std::vector<std::int64_t>;

/// Fills `out` [rows, members, targets] for features [rows, columns]. Called from several threads at once, always with the same number of rows.
using Predict = std::function<void(const float* features, std::int64_t rows, float* out)>;

/// What the draws of a fit are keyed by, beside the member.
struct FitKey {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
};

/// A surrogate family. A trained member is a flat list of floats, so that members can be trained anywhere and gathered everywhere.
struct Family {
    /// Parameters of consecutive members, one after the other; `first_member` keys their random draws. All members are trained as one batch.
    std::function<std::vector<float>(const TrainingSet&, std::span<const Bootstrap>, int first_member, const FitKey&)> train;
    /// The function that predicts with all members' parameters.
    std::function<Predict(std::vector<float> parameters, int members, std::int64_t columns, std::int64_t targets)> predictor;
    /// Floating-point operations of predicting one row with one member, for the record of stages.
    std::function<double(std::int64_t columns, std::int64_t targets)> flops_per_row;
};

using FamilyRegistration = Registration<Family>;

}  // namespace sluice::models
