#pragma once

#include "pool/row_state.hpp"
#include "problems/goal.hpp"
#include "problems/problem.hpp"

namespace sluice::problems {

/// The yardstick of a closed pool: all its labels are known to the program, hidden from the strategy, and used to judge it.
/// Source: specs, fusion, sections 3.1 to 3.3 (release A).
struct Yardstick {
    Aggregation aggregation;
    double success = 0;            ///< a labelled row with at least this aggregate value ends the search: the best min(10, 1 %) rows have it
    std::int64_t rows = 0;         ///< rows that take part: all their targets are known
    std::vector<bool> lower_half;  ///< [own rows] ascending ranks 0 ... rows/2 - 1 of the aggregate value, ties by row
};

/// Excludes the rows whose targets are not all known, finite numbers (in `state`), and measures the others. Collective.
Yardstick measure(const pool::Shard& shard, const std::vector<std::size_t>& columns, std::span<const Goal> goals, std::vector<pool::RowState>& state,
                  const Communicator& ranks);

/// How many of the pool's rows that take part have a lower aggregate value than each of these. Collective.
std::vector<std::int64_t> rows_below(const Yardstick& yardstick, const pool::Shard& shard, const std::vector<std::size_t>& columns, std::span<const Goal> goals,
                                     std::span<const pool::RowState> state, std::span<const double> aggregates, const Communicator& ranks);

/// Number of initial rows of the protocol: min(20, N/10 + 1, N/2) for the count of 20 that it asks for.
std::int64_t initial_count(std::int64_t asked, std::int64_t rows);

}  // namespace sluice::problems
