#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace sluice::report {

/// What trajectory.json says of the rows asked for, in the order of iterations; lists that were not measured are empty.
struct Trajectory {
    std::vector<std::uint64_t> rows;
    std::vector<std::int64_t> iteration;
    std::vector<double> novelty;     ///< NaN: nothing to compare with
    std::vector<std::int64_t> cluster;
    std::vector<double> percentile;  ///< NaN: no answer
};

/// Nothing if there is no such file. Error names the file if it is damaged.
std::optional<Trajectory> read_trajectory(const std::filesystem::path& path);

}  // namespace sluice::report
