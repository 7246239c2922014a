#pragma once

// What the tree families share around the growing of their trees.

#include "models/trees/forest.hpp"

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

/// The columns of a resample that correlate most with a target, ascending; of equal ones the first. In wide data hardly any other column is split on with reason,
/// and growing trees takes time in proportion to columns. Found on the resample alone, so that the rows out of the bag stay out of it.
/// Source: Fan and Lv 2008, "Sure independence screening for ultrahigh dimensional feature space".
std::vector<std::int32_t> strongest_columns(const Resample& sample, std::int64_t target, std::int64_t most);

/// The option that says how many.
OptionSpec split_columns();

/// Grows the forest of one resample and target.
using GrowForest = std::function<Forest(const Resample&, std::int64_t target)>;

/// A family whose members are forests, one per target.
/// \param tests_per_row  comparisons that predict one row and target with one member, for the record of stages
/// \param most_columns   that a forest may split on, see strongest_columns; 0: all
Family tree_family(GrowForest grow, double tests_per_row, std::int64_t most_columns);

}  // namespace sluice::models
