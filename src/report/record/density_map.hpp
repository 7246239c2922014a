#pragma once

#include "report/plot/scale.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace sluice::report {

/// A row that was asked, at its place in the map.
struct Pick {
    std::uint64_t row = 0;
    std::int64_t iteration = 0;  ///< 0: initial design
    double x = 0;
    double y = 0;
};

/// The pool in its two first principal components: how many rows lie where, and where the asked ones are.
struct DensityMap {
    std::vector<double> explained;            ///< fraction of the variance along x and y
    Range x;                                  ///< covered by the columns of counts
    Range y;                                  ///< covered by the rows of counts
    std::vector<std::vector<double>> counts;  ///< [y bin][x bin], from low to high
    std::vector<Pick> picks;
};

/// Nothing if there is no such file. Error names the file if it is damaged.
std::optional<DensityMap> read_density_map(const std::filesystem::path& path);

}  // namespace sluice::report
