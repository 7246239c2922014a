#pragma once

#include "pool/shard.hpp"
#include "problems/simulator.hpp"

namespace sluice::problems {

/// A pool of drawn rows in memory, cut into tiles and dealt to ranks like one from a file; each rank draws its own. Collective.
/// \param name  stands in place of the file's path
pool::Shard draw_pool(const Simulator& simulator, const std::string& name, std::uint64_t seed, RowId rows, const Communicator& ranks);

/// Some rows of a simulator's as a pool, as draw_pool; its row i is that of number[i], the same on every rank. Collective.
pool::Shard draw_rows(const Simulator& simulator, const std::string& name, std::uint64_t seed, std::span<const RowId> number, const Communicator& ranks);

/// A pool without rows, whose columns are a simulator's.
pool::Shard undrawn_pool(const Simulator& simulator, const std::string& name);

/// Writes a pool file of drawn rows and their labels from all ranks in parallel: the same file on any number of them. Collective.
/// \param path  of the file; \param name  of the simulator, for the provenance
void write_drawn_pool(const Simulator& simulator, const std::string& name, std::uint64_t seed, RowId rows, const std::string& path, const Communicator& ranks);

/// The labels of rows with these features, on every rank; the work is shared. Collective; every rank asks for the same rows.
/// \param x  [rows, columns], as stored
/// \return   [rows, simulator.targets]
std::vector<double> simulate_labels(const Simulator& simulator, std::uint64_t seed, Population population, std::span<const RowId> rows, std::span<const float> x,
                                    const Communicator& ranks);

/// Draws the points that models are tested on. Collective.
/// \param targets  the simulator's outputs in the order of the campaign, all of them
TestSet draw_test_set(const Simulator& simulator, std::uint64_t seed, std::int64_t rows, const std::vector<std::size_t>& targets, const Communicator& ranks);

/// Picks columns of a row-major table. \return  [rows, columns.size()]
std::vector<double> columns_of(std::span<const double> table, std::size_t width, const std::vector<std::size_t>& columns);

}  // namespace sluice::problems
