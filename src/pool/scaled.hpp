#pragma once

#include "pool/shard.hpp"

namespace sluice::pool {

/// Features in memory as models see them. \param x  [rows, columns], raw
inline std::vector<float> scaled(std::vector<float> x, const Scaling& scaling)
{
    const auto columns = scaling.shift.size();
    for (std::size_t i = 0; i < x.size(); i += columns) {
        for (std::size_t c = 0; c < columns; ++c) x[i + c] = (x[i + c] - scaling.shift[c]) * scaling.factor[c];
    }
    return x;
}

}  // namespace sluice::pool
