#pragma once

#include "report/benchmark/results.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// What the page says beside the results.
struct BenchmarkHead {
    std::string name;
    std::string baseline;               ///< a method
    std::string text;                   ///< the benchmark file
    std::vector<std::string> failures;  ///< messages of runs that are not in the results
};

/// The whole HTML page: learning curves of each problem with bands over seeds, areas and diversities relative to the baseline, ranks, seconds per step.
std::string benchmark_page(const BenchmarkResults& results, const BenchmarkHead& head);

/// Reads results.csv and writes the page.
void write_benchmark_report(const std::filesystem::path& results_csv, const BenchmarkHead& head, const std::filesystem::path& output);

}  // namespace sluice::report
