#pragma once

#include "campaign/state.hpp"

namespace sluice::campaign {

/// How a campaign moved through its space: one entry per row asked for, in the order of iterations, then rows.
struct Trajectory {
    std::vector<RowId> rows;
    std::vector<std::int64_t> iteration;
    std::vector<std::int32_t> cluster;  ///< of one partition of all of them, -1: outside; empty if there was none
    std::vector<double> novelty;        ///< mean distance to the 5 nearest points of the three iterations before; NaN where there are none
    std::vector<double> percentile;     ///< of the row's aggregate value in a closed pool, in [0, 100]; empty for other problems, NaN where there was no answer
};

/// Rows and iterations in order, nothing measured yet.
Trajectory asked_rows(const State& state);

/// Fills `novelty`. \param x  features of the trajectory's rows, scaled, [rows, columns]
/// Source: paper 003, figure 3; specs: fusion, section 12.
void measure_novelty(Trajectory& trajectory, const std::vector<float>& x, std::int64_t columns);

/// The text of trajectory.json.
std::string to_json(const Trajectory& trajectory);

}  // namespace sluice::campaign
