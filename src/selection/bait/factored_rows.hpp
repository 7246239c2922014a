#pragma once

#include "pool/row_state.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <array>
#include <span>

namespace sluice::selection {

/// Rows  g = vec(z a^T)  of a long matrix, kept as their two short factors:  g_i . g_j = (z_i . z_j) (a_i . a_j).
/// A vector of the same length is a matrix V [a_columns, z_columns]:  g_i . v = a_i^T V z_i.
struct FactoredRows {
    std::span<const float> z;  ///< [rows, z_columns]
    std::span<const float> a;  ///< [rows, a_columns]
    std::int64_t z_columns = 1;
    std::int64_t a_columns = 1;

    std::int64_t rows() const { return static_cast<std::int64_t>(z.size()) / z_columns; }
    std::int64_t length() const { return z_columns * a_columns; }
};

/// Sum of products in an order that depends on the length alone, not on where the numbers lie in memory.
template <typename Scalar>
double dot(const Scalar* a, const Scalar* b, std::int64_t length)
{
    constexpr std::int64_t lanes = 8;
    std::array<double, lanes> sum{};
    std::int64_t i = 0;
    for (; i + lanes <= length; i += lanes) {
        for (std::int64_t l = 0; l < lanes; ++l) sum[static_cast<std::size_t>(l)] += static_cast<double>(a[i + l]) * static_cast<double>(b[i + l]);
    }
    for (std::int64_t l = 0; i + l < length; ++l) sum[static_cast<std::size_t>(l)] += static_cast<double>(a[i + l]) * static_cast<double>(b[i + l]);
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/// Some rows to calculate with, in float64, a row to a column.
struct FactoredBlock {
    static constexpr std::int64_t most = 256;  ///< rows; so that the factors stay in cache while they are used

    Eigen::MatrixXd z;  ///< [z_columns, rows]
    Eigen::MatrixXd a;  ///< [a_columns, rows]

    /// Takes `count` rows from `first` on. Rows that are not unlabelled are zero, as are the ones that fill up the block: a product of whole vector
    /// registers rounds all rows alike, so that equal rows stay equal.
    /// \param state  [all rows], or empty: all are taken
    void load(const FactoredRows& rows, std::span<const pool::RowState> state, std::int64_t first, std::int64_t count)
    {
        constexpr std::int64_t whole = 16;
        const auto width = (count + whole - 1) / whole * whole;
        z.setZero(rows.z_columns, width);
        a.setZero(rows.a_columns, width);
        for (std::int64_t i = 0; i < count; ++i) {
            if (!state.empty() && state[static_cast<std::size_t>(first + i)] != pool::RowState::unlabelled) continue;
            std::copy_n(rows.z.data() + (first + i) * rows.z_columns, rows.z_columns, z.col(i).data());
            std::copy_n(rows.a.data() + (first + i) * rows.a_columns, rows.a_columns, a.col(i).data());
        }
    }

    /// g_i . g_i
    double square(std::int64_t i) const { return dot(z.col(i).data(), z.col(i).data(), z.rows()) * dot(a.col(i).data(), a.col(i).data(), a.rows()); }
};

/// Rows at full length in float64, [length, rows]: entry j a_columns + k is z_j a_k, which is the order of the entries of V. As with FactoredBlock rows that are
/// not unlabelled are zero, and so are some that fill up a multiple of 16.
inline void load_full_length(const FactoredRows& rows, std::span<const pool::RowState> state, std::int64_t first, std::int64_t count, Eigen::MatrixXd& g)
{
    constexpr std::int64_t whole = 16;
    g.setZero(rows.length(), (count + whole - 1) / whole * whole);
    for (std::int64_t i = 0; i < count; ++i) {
        if (!state.empty() && state[static_cast<std::size_t>(first + i)] != pool::RowState::unlabelled) continue;
        const float *z = rows.z.data() + (first + i) * rows.z_columns, *a = rows.a.data() + (first + i) * rows.a_columns;
        double* out = g.col(i).data();
        for (std::int64_t j = 0; j < rows.z_columns; ++j) {
            for (std::int64_t k = 0; k < rows.a_columns; ++k) *out++ = static_cast<double>(z[j]) * static_cast<double>(a[k]);
        }
    }
}

/// Calls work(first, count) for blocks of rows that cover [first, first + count).
template <typename Work>
void for_each_block(std::int64_t first, std::int64_t count, const Work& work)
{
    for (std::int64_t done = 0; done < count; done += FactoredBlock::most) work(first + done, std::min(FactoredBlock::most, count - done));
}

}  // namespace sluice::selection
