#pragma once

#include "fusion/structure/candidate_order.hpp"
#include "support/draws.hpp"

#include <cmath>
#include <string>

namespace sluice::test {

/// Scores on two components and predictions of all rows of a pool: tests/golden/structural_trend.py has the same function.
struct TrendPool {
    static constexpr std::int64_t columns = 10;

    std::array<std::vector<double>, 2> score;
    std::vector<float> mean;  ///< [rows, columns]

    TrendPool(const std::string& kind, std::uint64_t seed, std::size_t rows) : score{normals(seed, rows), normals(seed + 1, rows)}
    {
        const auto noise = normals(seed + 2, rows);
        for (std::size_t i = 0; i < rows; ++i) {
            double &z1 = score[0][i], &z2 = score[1][i];
            z1 *= 2;
            if (kind == "correlated") z2 += 0.5 * z1;
            if (kind == "line") z2 = 0;
            if (kind == "tied") {
                z1 = std::floor(2 * z1);
                z2 = std::floor(2 * z2);
            }
            const double far_out = i == 3 ? 1e4 : 0;
            for (const double value : {z1, 0.5 * z1 + z2, z1 * (z1 * z1 - 5) * 0.125, z1 * z2, noise[i], 100 + 0.25 * z1 + noise[i], 3.0, z1 + far_out,
                                       1e-7 * noise[i], -0.125 * z1 * z1 - z2 + 0.5 * noise[i]}) {
                mean.push_back(static_cast<float>(value));
            }
        }
    }

    RowId rows() const { return static_cast<RowId>(score[0].size()); }

    std::array<std::vector<double>, 2> scores_of(const Share& share) const
    {
        const auto part = [&](const std::vector<double>& z) { return std::vector<double>(z.begin() + share.first_row, z.begin() + share.end_row); };
        return {part(score[0]), part(score[1])};
    }

    std::span<const float> means_of(const Share& share) const
    {
        return std::span(mean).subspan(static_cast<std::size_t>(share.first_row * columns), static_cast<std::size_t>(share.rows() * columns));
    }
};

}  // namespace sluice::test
