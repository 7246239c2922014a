#include "fusion/clustering/nearest.hpp"

#include "fusion/clustering/distance.hpp"
#include "fusion/clustering/side_by_side.hpp"

#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t side = DistanceTile::side;

/// Puts a row in its place among the k nearest so far, behind those at the same distance.
void insert(float* squared, std::int32_t* row, std::int64_t k, float distance, std::int64_t candidate)
{
    std::int64_t place = k - 1;
    for (; place > 0 && squared[place - 1] > distance; --place) {
        squared[place] = squared[place - 1];
        row[place] = row[place - 1];
    }
    squared[place] = distance;
    row[place] = static_cast<std::int32_t>(candidate);
}

Neighbours search(const Rows& queries, const Rows& base, std::int64_t k, bool skip_self)
{
    const auto entries = static_cast<std::size_t>(queries.count * k);
    Neighbours found{k, std::vector<std::int32_t>(entries, -1), std::vector<float>(entries, INFINITY)};
    if (k == 0) return found;
    side_by_side("fusion/nearest", queries, blocks_of(queries.count), [&](std::int64_t block) {
        DistanceTile tile;
        const std::int64_t first = block * side, count = std::min(side, queries.count - first);
        for (std::int64_t other = 0; other < base.count; other += side) {
            const std::int64_t others = std::min(side, base.count - other);
            tile.fill(queries, first, count, base, other, others);
            for (std::int64_t i = 0; i < count; ++i) {
                float* squared = found.squared.data() + (first + i) * k;
                std::int32_t* row = found.row.data() + (first + i) * k;
                for (std::int64_t j = 0; j < others; ++j) {
                    const bool self = skip_self && first + i == other + j;
                    if (!self && tile.at(i, j) < squared[k - 1]) insert(squared, row, k, tile.at(i, j), other + j);
                }
            }
        }
    });
    return found;
}

}  // namespace

Neighbours nearest(const Rows& queries, const Rows& base, std::int64_t k)
{
    return search(queries, base, k, false);
}

Neighbours nearest_others(const Rows& rows, std::int64_t k)
{
    return search(rows, rows, k, true);
}

}  // namespace sluice::fusion
