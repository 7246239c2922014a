#pragma once

// What the tree families share around the growing of their trees.

#include "models/forest.hpp"

namespace sluice::models {

/// The rows of one resample, written out.
struct Resample {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t targets = 0;
    std::vector<float> x;   ///< [rows, columns]
    std::vector<double> y;  ///< [rows, targets]

    std::vector<float> target(std::int64_t which) const;
};

Resample resample(const TrainingSet& data, const Bootstrap& bootstrap);

/// Mean, summed in float64 in the order of rows.
double mean_of(const std::vector<float>& values);

/// Grows the forest of one resample and target. The draws are keyed by member and target.
using GrowForest = std::function<Forest(const Resample&, std::int64_t target, RandomStream draws)>;

/// A family whose members are forests, one per target.
/// \param tests_per_row  comparisons that predict one row and target with one member, for the record of stages
Family tree_family(GrowForest grow, double tests_per_row);

}  // namespace sluice::models
