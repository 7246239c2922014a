#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::report {

/// One target in one iteration; NaN where the file's cell is empty, or where a target that is only to be predicted has no such column.
struct TargetMetrics {
    double best = 0;  ///< of all labels so far, in the sense of the goal
    double batch_min = 0;
    double batch_mean = 0;
    double batch_max = 0;
    double oob_r2 = 0;
};

/// One line of metrics.csv: a finished iteration.
struct IterationMetrics {
    std::int64_t iteration = 0;  ///< 0: initial design
    double labelled = 0;
    double failed = 0;
    std::vector<TargetMetrics> targets = {};
    std::map<std::string, double> figures = {};  ///< the strategy's own columns: of the model that chose the batch, which knew the labels before it
    double aggregate_best = 0;  ///< of several targets, larger is better
    double aggregate_batch_max = 0;
    std::optional<bool> success = {};  ///< nothing if the pool is not closed
};

/// Error names a column that one of the targets lacks. \param goals  per target
std::vector<IterationMetrics> read_metrics(const std::filesystem::path& path, const std::vector<std::string>& targets, const std::vector<std::string>& goals);

}  // namespace sluice::report
