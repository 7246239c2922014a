#pragma once

#include "base/random.hpp"
#include "parallel/communicator.hpp"

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sluice::problems {

/// Which population a row is drawn for: the pool, or the points that models are tested on.
enum class Population : std::uint32_t { pool = 0, test = 1 };

/// The random numbers of one row.
inline RandomStream stream_of(std::uint64_t seed, Purpose purpose, Population population, RowId row)
{
    return {seed, purpose, static_cast<std::uint32_t>(population), static_cast<std::uint64_t>(row)};
}

/// A population of candidates whose features and labels are drawn by row number: what row r is, and what its label will be, depends on
/// (seed, population, r) alone, so that a pool of any size is the same on any number of ranks.
struct Simulator {
    std::vector<std::string> columns;  ///< names of the features
    std::vector<std::string> targets;  ///< names of the outputs
    /// Fills the features of a row [columns].
    std::function<void(std::uint64_t seed, Population, RowId, std::span<float> x)> draw;
    /// Fills the label of a row [targets], from its features; the same whenever it is asked for.
    std::function<void(std::uint64_t seed, Population, RowId, std::span<const float> x, std::span<double> y)> answer;
    /// log p(y | x) of the true response; empty where it is not known.
    std::function<double(std::span<const float> x, std::span<const double> y)> log_density;
    /// Whether the number or weight of the response's branches changes near x; empty where that has no meaning.
    std::function<bool(std::span<const float> x)> near_boundary;
};

/// Points with known labels that are never asked for, the same on every rank.
struct TestSet {
    std::int64_t rows = 0;
    std::vector<float> x;             ///< [rows, columns], as stored
    std::vector<double> y;            ///< [rows, targets], raw units
    std::vector<bool> is_sparse = {}; ///< [rows] whether few rows of the pool are near, see campaign::sparse_test_rows; empty: not asked for
    double oracle_nll = std::nan(""); ///< mean of -log p(y | x), NaN where the true response is not known
};

}  // namespace sluice::problems
