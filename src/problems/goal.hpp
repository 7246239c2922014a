#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::problems {

enum class GoalKind { maximize, minimize, window, predict, classify };

/// What is wanted of one target, in its raw units.
struct Goal {
    std::string target;  ///< name
    GoalKind kind = GoalKind::maximize;
    double low = 0;      ///< window
    double high = 0;
    std::int64_t classes = 0;  ///< classify: a value is the number of a class, from 0 to classes - 1

    /// Whether a value may stand for this target: any number, or of a class one of the classes.
    bool allows(double value) const;
    /// No value is better than another.
    bool has_no_best() const { return kind == GoalKind::predict || kind == GoalKind::classify; }
    double centre() const { return 0.5 * (low + high); }

    /// The value as something to maximise: itself, its negative, or minus its distance to the window's centre (specs: fusion, section 3.3).
    /// What is only to be predicted, or a class, has no better and worse: it counts as itself.
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
