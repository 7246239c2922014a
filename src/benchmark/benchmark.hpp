#pragma once

#include "benchmark/benchmark_file.hpp"

namespace sluice::benchmark {

/// Where a run of the benchmark lives: an ordinary run folder, FOLDER/PROBLEM/METHOD/seed-N.
std::filesystem::path folder_of(const BenchmarkFile& file, const BenchmarkRun& run, const std::filesystem::path& folder);

/// Does all runs that are not done, a group of ranks each; a run that was begun goes on where it was. A run that fails does not keep the others from going on: its message
/// comes in the end. Then writes results.csv, all steps of all runs, and report.html. Throws Agreed if runs have failed. Collective.
/// \return  done, or restart: runs were stopped at a checkpoint
ExitCode run_benchmark(const BenchmarkFile& file, const std::filesystem::path& folder, const Communicator& ranks);

}  // namespace sluice::benchmark
