#pragma once

#include "fusion/clustering/rows.hpp"

namespace sluice::fusion {

/// The k nearest rows of some rows, nearest first.
struct Neighbours {
    std::int64_t k = 0;
    std::vector<std::int32_t> row;  ///< [queries, k]
    std::vector<float> squared;     ///< [queries, k] squared Euclidean distance

    std::int32_t row_at(std::int64_t query, std::int64_t rank) const { return row[static_cast<std::size_t>(query * k + rank)]; }
    float squared_at(std::int64_t query, std::int64_t rank) const { return squared[static_cast<std::size_t>(query * k + rank)]; }
};

/// Exact search over all pairs, threads over blocks of queries. Ties go to the lower row.
/// \param k  at most the rows of `base`
Neighbours nearest(const Rows& queries, const Rows& base, std::int64_t k);

/// Nearest other rows of every row: a row is not its own neighbour, its duplicates are.
/// \param k  at most rows - 1
Neighbours nearest_others(const Rows& rows, std::int64_t k);

}  // namespace sluice::fusion
