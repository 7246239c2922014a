#pragma once

#include "base/points.hpp"
#include "models/family.hpp"
#include "problems/goal.hpp"

namespace sluice::fusion {

/// One target as stages 1 to 3 see it: standardised over the labelled rows, larger is better unless there is a window.
struct Target {
    double mean = 0;       ///< of the signed raw values: negated for a minimised target
    double deviation = 1;  ///< population; 1 where all values are equal
    double sign = 1;
    bool has_window = false;
    double centre = 0;     ///< of the window, scaled
    double typical = 0;    ///< mean closeness of the labelled rows to the window's centre, which merits and folded moments are counted from: a score is worth nothing below 0
    std::vector<double> merit;  ///< [rows] scaled value, or by how much it is closer to the window's centre than is typical
    double best = 0;            ///< largest merit

    double raw(double scaled) const { return sign * (mean + deviation * scaled); }
};

/// The labelled rows, the same on every rank.
struct LabelledSet {
    std::vector<RowId> rows;
    std::int64_t columns = 0;
    std::vector<float> x;                     ///< [rows, columns], scaled
    std::vector<Target> targets;
    std::vector<models::TrainingSet> training; ///< per target: all rows, y [rows, 1]
    std::vector<std::int32_t> cluster;        ///< [rows] label, -1: noise

    std::int64_t count() const { return static_cast<std::int64_t>(rows.size()); }
    Points points() const { return {x, columns}; }
};

/// \param values  [rows][targets], raw units, of `rows`  \param x  their scaled features  \param folded_window  see Switches
LabelledSet labelled_set(std::vector<RowId> rows, const std::vector<std::vector<double>>& values, std::vector<float> x, std::int64_t columns,
                         std::span<const problems::Goal> goals, bool folded_window);

/// Merit summed over targets: [rows].
std::vector<double> summed_merit(const LabelledSet& labelled);

}  // namespace sluice::fusion
