#pragma once

#include "models/family.hpp"
#include "models/moments.hpp"
#include "pool/shard.hpp"
#include "problems/goal.hpp"

#include <map>

namespace sluice::campaign {

/// The labelled rows as models see them, and the way back to raw units. Each target is standardised over the labelled rows
/// (population deviation; 1 where all values are equal).
struct StandardisedTargets {
    std::vector<double> mean;
    std::vector<double> deviation;

    double standardised(double raw, std::size_t target) const { return (raw - mean[target]) / deviation[target]; }
    double raw(double standardised, std::size_t target) const { return mean[target] + deviation[target] * standardised; }
    /// A standardised prediction as something to maximise, in standardised units.
    double merit(double standardised, const problems::Goal& goal, std::size_t target) const;
    /// Mean and variance of the merit of a normal distribution: for a window, of a folded one.
    models::Moments merit(const models::Moments& standardised, const problems::Goal& goal, std::size_t target) const;
};

/// Targets in their own units: nothing is shifted or scaled.
StandardisedTargets raw_targets(std::size_t targets);

StandardisedTargets standardise_targets(const std::map<RowId, std::vector<double>>& labelled, std::size_t targets);

/// Gathers the features of the labelled rows and standardises their values. Collective.
models::TrainingSet training_set(const pool::Shard& shard, const pool::Scaling& scaling, const std::map<RowId, std::vector<double>>& labelled,
                                 const StandardisedTargets& standard, const Communicator& ranks);

/// Per target: the best merit among the labelled rows.
std::vector<double> incumbents(const models::TrainingSet& data, const StandardisedTargets& standard, const std::vector<problems::Goal>& goals);

}  // namespace sluice::campaign
