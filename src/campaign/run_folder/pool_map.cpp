#include "campaign/run_folder/pool_map.hpp"

#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"
#include "pool/principal_components.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace sluice::campaign {

namespace {

using Point = std::array<float, 2>;

constexpr std::size_t bins = 64;

Point project(const pool::PrincipalComponents& pca, const float* row)
{
    Point point{};
    for (std::size_t k = 0; k < 2; ++k) {
        double sum = 0;
        for (std::size_t c = 0; c < pca.mean.size(); ++c) sum += (static_cast<double>(row[c]) - pca.mean[c]) * pca.direction[k][c];
        point[k] = static_cast<float>(sum);
    }
    return point;
}

/// Lowest and highest coordinate over the pool, never equal.
std::array<double, 2> range_of(const std::vector<Point>& points, std::size_t axis, const Communicator& ranks)
{
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto& point : points) {
        low = std::min(low, static_cast<double>(point[axis]));
        high = std::max(high, static_cast<double>(point[axis]));
    }
    low = ranks.smallest(low);
    high = ranks.largest(high);
    return high > low ? std::array{low, high} : std::array{low - 0.5, low + 0.5};
}

std::size_t bin_of(double value, const std::array<double, 2>& range)
{
    const auto bin = static_cast<std::ptrdiff_t>(std::floor((value - range[0]) / (range[1] - range[0]) * static_cast<double>(bins)));
    return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(bin, 0, static_cast<std::ptrdiff_t>(bins) - 1));
}

}  // namespace

std::string pool_map_json(const pool::Shard& shard, const pool::Scaling& scaling, const std::map<RowId, std::int64_t>& asked, const Communicator& ranks)
{
    const auto pca = pool::principal_components(shard, scaling, ranks);
    std::vector<Point> points(static_cast<std::size_t>(shard.share.rows()));
    const Tiling tiling = shard.info.tiling();
    together(ranks, [&] {
        parallel::for_each_tile("represent/project", shard.share, [&](RowId tile) {
            thread_local parallel::AlignedFloats buffer;
            float* features = buffer.room_for(static_cast<std::size_t>(tiling.tile_rows * shard.info.columns));
            const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
            pool::decode(shard, scaling, first, rows, features);
            for (RowId i = 0; i < rows; ++i) points[static_cast<std::size_t>(first + i - shard.share.first_row)] = project(pca, features + i * shard.info.columns);
        });
    });
    const auto x = range_of(points, 0, ranks), y = range_of(points, 1, ranks);
    std::vector<std::int64_t> own(bins * bins, 0);
    for (const auto& point : points) ++own[bin_of(static_cast<double>(point[1]), y) * bins + bin_of(static_cast<double>(point[0]), x)];
    const auto all = ranks.gather(std::span<const std::int64_t>(own));
    std::vector<std::vector<std::int64_t>> counts(bins, std::vector<std::int64_t>(bins, 0));
    for (std::size_t i = 0; i < all.size(); ++i) counts[i % (bins * bins) / bins][i % bins] += all[i];

    std::vector<RowId> rows;
    for (const auto& [row, iteration] : asked) rows.push_back(row);
    const auto features = pool::gather_rows(shard, scaling, rows, ranks);
    auto picks = nlohmann::json::array();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto point = project(pca, features.data() + i * static_cast<std::size_t>(shard.info.columns));
        picks.push_back({rows[i], asked.at(rows[i]), point[0], point[1]});
    }
    return nlohmann::json{{"explained", pca.explained}, {"x", x}, {"y", y}, {"counts", counts}, {"picks", picks}}.dump() + "\n";
}

}  // namespace sluice::campaign
