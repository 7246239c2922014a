#pragma once

#include "report/figure.hpp"
#include "report/run_names.hpp"

#include <vector>

namespace sluice::report {

/// How well a run's models predicted points that were set aside.
struct LearningCurve {
    std::vector<double> labelled;  ///< rows that the model knew, ascending
    std::vector<double> nll;       ///< mean of -log p(y | x) over the test points; empty where the strategy gives no figure test_nll
    double oracle = 0;             ///< that of the true response, NaN where it is not known
};

LearningCurve learning_curve(const RunRecord& run);

/// The learning curves of all runs that have one; of several runs of a campaign their median, and a band from the smallest to the largest.
/// A panel for each pool. Without a drawing if no run has a curve.
Figure learning_curve_figure(const std::vector<RunRecord>& runs, const RunNames& names);

}  // namespace sluice::report
