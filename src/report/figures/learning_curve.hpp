#pragma once

#include "report/plot/figure.hpp"
#include "report/record/run_names.hpp"

#include <vector>

namespace sluice::report {

/// A figure of the points that were set aside, which metrics.csv has of the model that chose a batch.
struct TestFigure {
    std::string name;      ///< in metrics.csv
    std::string quantity;  ///< in the report
    bool is_square = false;  ///< its root is shown, which has the units of the target
};

/// Those that any of these runs has.
std::vector<TestFigure> figures_of_tests(const std::vector<RunRecord>& runs);

/// How well a run's models predicted points that were set aside.
struct LearningCurve {
    std::vector<double> labelled;  ///< rows that the model knew, ascending
    std::vector<double> value;     ///< of the figure, as it is shown; empty where the run has none
};

LearningCurve learning_curve(const RunRecord& run, const TestFigure& figure);

/// The learning curves of all runs that have one; of several runs of a campaign their median, and a band from the smallest to the largest.
/// A panel for each pool and kind of figure; errors in dense and sparse regions share one. Without a drawing if no run has a curve.
Figure learning_curve_figure(const std::vector<RunRecord>& runs, const RunNames& names);

}  // namespace sluice::report
