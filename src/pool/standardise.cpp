#include "pool/standardise.hpp"

#include "pool/decode.hpp"

#include "parallel/for_each_tile.hpp"

#include <cmath>

namespace sluice::pool {

namespace {

/// Sums of one tile: mean and sum of squared deviations of each column, interleaved in `out` [2, columns].
void tile_moments(const Shard& shard, RowId tile, double* out)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns);
    const RowId first = tiling.first_row(tile), rows = tiling.rows_in(tile);
    std::vector<float> row(columns);
    double *mean = out, *squares = out + columns;
    std::fill_n(out, 2 * columns, 0.0);
    thread_local std::vector<std::byte> buffer;
    const std::byte* stored = shard.rows(first, rows, buffer);
    const auto row_bytes = shard.info.row_bytes();
    with_row_decoder(shard.info, [&](auto decode_row) {
        for (RowId i = 0; i < rows; ++i) {
            decode_row(stored + static_cast<std::size_t>(i) * row_bytes, row.data());
            for (std::size_t c = 0; c < columns; ++c) mean[c] += static_cast<double>(row[c]);
        }
        for (std::size_t c = 0; c < columns; ++c) mean[c] /= static_cast<double>(rows);
        for (RowId i = 0; i < rows; ++i) {
            decode_row(stored + static_cast<std::size_t>(i) * row_bytes, row.data());
            for (std::size_t c = 0; c < columns; ++c) {
                const double deviation = static_cast<double>(row[c]) - mean[c];
                squares[c] += deviation * deviation;
            }
        }
    });
}

}  // namespace

ColumnStatistics column_statistics(const Shard& shard, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns);
    std::vector<double> own(static_cast<std::size_t>(shard.share.tiles()) * 2 * columns);
    together(ranks, [&] {
        parallel::for_each_tile("pool/tile_moments", shard.share, [&](RowId tile) {
            tile_moments(shard, tile, own.data() + static_cast<std::size_t>(tile - shard.share.first_tile) * 2 * columns);
        });
    });
    const auto all = ranks.gather(std::span<const double>(own));

    ColumnStatistics total{std::vector<double>(columns, 0.0), std::vector<double>(columns, 0.0)};
    double count = 0;
    for (RowId tile = 0; tile < tiling.tiles(); ++tile) {
        const double* mean = all.data() + static_cast<std::size_t>(tile) * 2 * columns;
        const double* squares = mean + columns;
        const auto rows = static_cast<double>(tiling.rows_in(tile));
        for (std::size_t c = 0; c < columns; ++c) {
            const double gap = mean[c] - total.mean[c];
            total.deviation[c] += squares[c] + gap * gap * count * rows / (count + rows);
            total.mean[c] += gap * rows / (count + rows);
        }
        count += rows;
    }
    for (auto& d : total.deviation) d = std::sqrt(d / count);
    return total;
}

Scaling standardising(const ColumnStatistics& statistics)
{
    Scaling scaling;
    for (std::size_t c = 0; c < statistics.mean.size(); ++c) {
        scaling.shift.push_back(static_cast<float>(statistics.mean[c]));
        scaling.factor.push_back(statistics.deviation[c] > 0 ? static_cast<float>(1.0 / statistics.deviation[c]) : 0.0F);
    }
    return scaling;
}

}  // namespace sluice::pool
