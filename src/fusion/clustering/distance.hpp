#pragma once

#include "fusion/clustering/rows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace sluice::fusion {

/// Squared Euclidean distances, from differences and not from inner products: equal rows are at distance 0 and close ones lose no digits. The sums run in
/// the lanes of two vectors and are added up in a fixed order, so that a distance is the same bits wherever it is computed. (Vector types of the compiler: from
/// arrays of 16 it makes code several times slower.)
class SquaredDistance {
public:
    SquaredDistance() : first_{}, second_{} {}  // named: nvcc takes a constructor that is made for a device's too, and has no such vectors there

    /// Distance of two padded rows.
    static float between(const float* a, const float* b, std::int64_t stride)
    {
        SquaredDistance sum;
        for (std::int64_t c = 0; c < stride; c += Rows::lanes) sum.add(a + c, b + c);
        return sum.total();
    }

    /// The same where it is below `limit`; else any value of `limit` or more. Partial sums only grow, so that far rows are left early.
    static float below(float limit, const float* a, const float* b, std::int64_t stride)
    {
        constexpr std::int64_t piece = 4 * Rows::lanes;
        SquaredDistance sum;
        for (std::int64_t c = 0;;) {
            for (const std::int64_t end = std::min(c + piece, stride); c < end; c += Rows::lanes) sum.add(a + c, b + c);
            const float so_far = sum.total();
            if (c == stride || so_far >= limit) return so_far;
        }
    }

private:
    using Vector [[gnu::vector_size(32)]] = float;
    static constexpr std::size_t width = sizeof(Vector) / sizeof(float);
    static_assert(2 * width == Rows::lanes);

    void add(const float* a, const float* b)
    {
        add(first_, a, b);
        add(second_, a + width, b + width);
    }

    static void add(Vector& sum, const float* a, const float* b)
    {
        Vector difference, other;
        std::memcpy(&difference, a, sizeof(Vector));
        std::memcpy(&other, b, sizeof(Vector));
        difference -= other;
        sum += difference * difference;
    }

    float total() const
    {
        const Vector s = first_ + second_;
        return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    }

    Vector first_, second_;
};

/// Squared distances between blocks of rows; a block of either side stays in cache.
struct DistanceTile {
    static constexpr std::int64_t side = 64;

    /// [other row, row]: neighbouring entries belong to one other row.
    std::array<float, side * side> squared;

    /// \param first, other_first  first rows of the blocks; `count`, `other_count` <= side
    void fill(const Rows& rows, std::int64_t first, std::int64_t count, const Rows& others, std::int64_t other_first, std::int64_t other_count)
    {
        for (std::int64_t j = 0; j < other_count; ++j) {
            for (std::int64_t i = 0; i < count; ++i) at(i, j) = SquaredDistance::between(rows.row(first + i), others.row(other_first + j), rows.stride);
        }
    }

    float& at(std::int64_t row, std::int64_t other) { return squared[static_cast<std::size_t>(other * side + row)]; }
};

/// Number of blocks that `count` rows fall into.
inline std::int64_t blocks_of(std::int64_t count)
{
    return (count + DistanceTile::side - 1) / DistanceTile::side;
}

}  // namespace sluice::fusion
