#pragma once

#include "base/points.hpp"
#include "base/random.hpp"

#include <vector>

namespace sluice::test {

/// Random rows around random centres. Row i belongs to blob i % blobs.
struct Blobs {
    std::int64_t rows = 100;
    std::int64_t columns = 5;
    std::int64_t blobs = 4;
    double apart = 3;           ///< spread of the centres, in spreads of a blob
    std::int64_t distinct = 0;  ///< > 0: rows from here on repeat the first ones
    std::uint64_t seed = 1;
};

inline std::vector<float> blob_rows(const Blobs& blobs)
{
    const auto stream = [&](std::uint32_t what, std::int64_t index) {
        return RandomStream(blobs.seed, Purpose::random_score, what, static_cast<std::uint64_t>(index));
    };
    std::vector<float> values;
    for (std::int64_t i = 0; i < blobs.rows; ++i) {
        const std::int64_t row = blobs.distinct > 0 ? i % blobs.distinct : i;
        auto centre = stream(0, row % blobs.blobs), offset = stream(1, row);
        for (std::int64_t c = 0; c < blobs.columns; ++c) values.push_back(static_cast<float>(blobs.apart * centre.normal() + offset.normal()));
    }
    return values;
}

}  // namespace sluice::test
