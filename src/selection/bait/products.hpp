#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace sluice::selection {

/// Products of many rows with the vectors of BAIT's picks, in float64: with some vectors for all rows of a pool, or with two for a few rows again and again. Both sum
/// a product in the order of the columns, each step rounded once: the same bits, whatever is computed beside it.

inline constexpr std::int64_t vectors_at_once = 16;

using FourDoubles [[gnu::vector_size(32), gnu::aligned(8), gnu::may_alias]] = double;

/// sum + x v, rounded once
inline FourDoubles fused(double x, FourDoubles v, FourDoubles sum)
{
    for (int lane = 0; lane < 4; ++lane) sum[lane] = std::fma(x, v[lane], sum[lane]);
    return sum;
}

/// Products of rows with vectors.
/// \param g  [rows, length]  \param vectors  [length, vectors_at_once]  \param out  [rows, vectors_at_once]
template <typename Scalar>
void products(const Scalar* g, std::int64_t rows, std::int64_t length, const double* vectors, double* out)
{
    constexpr std::int64_t registers = vectors_at_once / 4;
    for (std::int64_t i = 0; i < rows; i += 2) {
        const std::int64_t other = std::min(i + 1, rows - 1);
        const Scalar *one = g + i * length, *two = g + other * length;
        FourDoubles of_one[registers] = {}, of_two[registers] = {};
        for (std::int64_t k = 0; k < length; ++k) {
            const auto* v = reinterpret_cast<const FourDoubles*>(vectors + k * vectors_at_once);
            const auto x = static_cast<double>(one[k]), y = static_cast<double>(two[k]);
            for (std::int64_t r = 0; r < registers; ++r) {
                of_one[r] = fused(x, v[r], of_one[r]);
                of_two[r] = fused(y, v[r], of_two[r]);
            }
        }
        std::copy_n(of_one, registers, reinterpret_cast<FourDoubles*>(out + i * vectors_at_once));
        std::copy_n(of_two, registers, reinterpret_cast<FourDoubles*>(out + other * vectors_at_once));
    }
}

constexpr std::int64_t panel_rows = 8;

/// Rows in panels: the same column of panel_rows rows lies together. The last panel is filled up with zeros.
template <typename Scalar>
struct Panels {
    std::vector<Scalar> x;

    void reserve(std::int64_t rows, std::int64_t length) { x.assign(static_cast<std::size_t>((rows + panel_rows - 1) / panel_rows * panel_rows * length), 0); }

    void set(std::int64_t row, const Scalar* values, std::int64_t length)
    {
        Scalar* out = x.data() + row / panel_rows * panel_rows * length + row % panel_rows;
        for (std::int64_t k = 0; k < length; ++k) out[k * panel_rows] = values[k];
    }

    /// Products of all rows with two vectors, of `length`. \param out  [rows, 2]
    void products(const double* v, const double* w, std::int64_t length, std::vector<double>& out) const
    {
        out.clear();
        for (auto panel = x.data(); panel != x.data() + x.size(); panel += panel_rows * length) {
            double of_v[panel_rows] = {}, of_w[panel_rows] = {};
            for (std::int64_t k = 0; k < length; ++k) {
                for (std::int64_t r = 0; r < panel_rows; ++r) {
                    const auto value = static_cast<double>(panel[k * panel_rows + r]);
                    of_v[r] = std::fma(value, v[k], of_v[r]);
                    of_w[r] = std::fma(value, w[k], of_w[r]);
                }
            }
            for (std::int64_t r = 0; r < panel_rows; ++r) out.insert(out.end(), {of_v[r], of_w[r]});
        }
    }
};

}  // namespace sluice::selection
