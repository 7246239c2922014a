#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// What was known after a step of a run; NaN where the file's cell is empty. See benchmark/steps.hpp.
struct BenchmarkStep {
    double step = 0;
    double labelled = 0;
    double test_rmse = 0;
    double test_mse = 0;
    double test_accuracy = std::nan("");
    double test_log_loss = std::nan("");
    double best = 0;
    double success = 0;
    double diversity = 0;
    double seconds = 0;
    double fit_seconds = 0;

    /// What areas are under: the mean squared error, or of a class the log loss.
    double test_loss() const { return std::isfinite(test_mse) ? test_mse : test_log_loss; }
};

/// A run by its indices in the results.
struct BenchmarkRunSteps {
    std::size_t problem = 0;
    std::size_t method = 0;
    std::string seed;
    std::vector<BenchmarkStep> steps = {};
};

/// results.csv of a benchmark.
struct BenchmarkResults {
    std::vector<std::string> problems;  ///< in the order of the file
    std::vector<std::string> methods;
    std::vector<BenchmarkRunSteps> runs;
};

/// Error names a column that is missing or a cell that is no number.
BenchmarkResults read_benchmark_results(const std::filesystem::path& path);

}  // namespace sluice::report
