#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::report {

/// One line of stages.csv: what one stage of one iteration cost.
struct StageCost {
    std::int64_t iteration = 0;
    std::string stage;
    double seconds = 0;
    double bytes = 0;
    double flops = 0;
};

/// Empty if there is no such file.
std::vector<StageCost> read_stages(const std::filesystem::path& path);

/// A stage over all iterations.
struct StageTotal {
    std::string stage;
    std::size_t place = 0;  ///< among all stages of an iteration, whether or not this run has them; the stage's colour in every run
    double seconds = 0;
    double bytes = 0;
    double flops = 0;
};

/// In the order in which an iteration runs through its stages; stages this report does not know come last.
std::vector<StageTotal> stage_totals(const std::vector<StageCost>& costs);
double total_seconds(const std::vector<StageCost>& costs);

}  // namespace sluice::report
