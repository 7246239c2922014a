#pragma once

#include <span>
#include <string>
#include <vector>

namespace sluice::problems {

enum class GoalKind { maximize, minimize, window, predict };

/// What is wanted of one target, in its raw units.
struct Goal {
    std::string target;  ///< name
    GoalKind kind = GoalKind::maximize;
    double low = 0;      ///< window
    double high = 0;

    double centre() const { return 0.5 * (low + high); }

    /// The value as something to maximise: itself, its negative, or minus its distance to the window's centre (specs: fusion, section 3.3).
    /// What is only to be predicted has no better and worse: it counts as itself.
    double merit(double value) const;
};

/// One number for a row of several targets: the product over targets of its merit, min-max-normalised over the whole table.
/// Source: paper 003; the margin of 0.001 raw units holds for maximised and minimised targets and not for windows.
struct Aggregation {
    std::vector<double> low;   ///< per target, of the merit
    std::vector<double> high;

    double of(std::span<const double> values, std::span<const Goal> goals) const;
};

}  // namespace sluice::problems
