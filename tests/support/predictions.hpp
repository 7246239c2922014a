#pragma once

#include "models/predictions.hpp"

#include <vector>

namespace sluice::test {

/// Predictions of consecutive rows, written out as [rows][members][targets]. `spare` rows follow that are not meant.
inline models::Predictions predictions(const std::vector<std::vector<std::vector<float>>>& values, int spare = 0, RowId first_row = 0)
{
    models::Predictions p;
    p.first_row = first_row;
    p.rows = static_cast<RowId>(values.size());
    p.member = models::Predictions::View("predictions", values.size() + static_cast<std::size_t>(spare), values.at(0).size(), values.at(0).at(0).size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t m = 0; m < values[i].size(); ++m) {
            for (std::size_t t = 0; t < values[i][m].size(); ++t) p.member(i, m, t) = values[i][m][t];
        }
    }
    return p;
}

}  // namespace sluice::test
