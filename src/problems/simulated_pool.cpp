#include "problems/simulated_pool.hpp"

#include "parallel/for_each_tile.hpp"
#include "pool/write_pool.hpp"

#include <numeric>

namespace sluice::problems {

namespace {

constexpr RowId block_rows = 16;  // labels may cost a trajectory each

/// Fills `width` numbers for each of `count` things, blocks of them dealt to ranks and threads; all are on every rank in the end. Collective.
template <typename Fill>
std::vector<double> fill_shared(const std::string& label, std::int64_t count, std::size_t width, const Communicator& ranks, const Fill& fill)
{
    const Tiling tiling{count, block_rows};
    const auto share = share_of(tiling, ranks.rank(), ranks.size());
    std::vector<double> own(static_cast<std::size_t>(share.rows()) * width);
    together(ranks, [&] {
        parallel::for_each_tile(label, share, [&](RowId block) {
            for (RowId i = tiling.first_row(block); i < tiling.first_row(block) + tiling.rows_in(block); ++i) {
                fill(static_cast<std::size_t>(i), std::span(own).subspan(static_cast<std::size_t>(i - share.first_row) * width, width));
            }
        });
    });
    return ranks.gather(std::span<const double>(own));
}

pool::PoolInfo info_of(const Simulator& simulator, const std::string& path, RowId rows)
{
    pool::PoolInfo info;
    info.path = path;
    info.rows = rows;
    info.columns = static_cast<RowId>(simulator.columns.size());
    info.column_names = simulator.columns;
    return info;
}

/// \param number  of a row of the pool: which of the simulator's rows it is
template <typename Number>
pool::Shard draw(const Simulator& simulator, const std::string& name, std::uint64_t seed, RowId rows, const Communicator& ranks, const Number& number)
{
    pool::Shard shard;
    shard.info = info_of(simulator, name, rows);
    shard.share = share_of(shard.info.tiling(), ranks.rank(), ranks.size());
    const Tiling tiling = shard.info.tiling();
    const auto columns = simulator.columns.size();
    together(ranks, [&] {
        shard.features = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(shard.share.rows()) * shard.info.row_bytes());
        auto* features = reinterpret_cast<float*>(shard.features.get());
        parallel::for_each_tile("problems/draw_pool", shard.share, [&](RowId tile) {
            for (RowId row = tiling.first_row(tile); row < tiling.first_row(tile) + tiling.rows_in(tile); ++row) {
                simulator.draw(seed, Population::pool, number(row), {features + static_cast<std::size_t>(row - shard.share.first_row) * columns, columns});
            }
        });
    });
    shard.fingerprint = pool::fingerprint_of(shard, ranks);
    return shard;
}

}  // namespace

pool::Shard draw_pool(const Simulator& simulator, const std::string& name, std::uint64_t seed, RowId rows, const Communicator& ranks)
{
    return draw(simulator, name, seed, rows, ranks, [](RowId row) { return row; });
}

pool::Shard draw_rows(const Simulator& simulator, const std::string& name, std::uint64_t seed, std::span<const RowId> number, const Communicator& ranks)
{
    return draw(simulator, name, seed, static_cast<RowId>(number.size()), ranks, [number](RowId row) { return number[static_cast<std::size_t>(row)]; });
}

pool::Shard undrawn_pool(const Simulator& simulator, const std::string& name)
{
    pool::Shard shard;
    shard.info = info_of(simulator, name, 0);
    return shard;
}

void write_drawn_pool(const Simulator& simulator, const std::string& name, std::uint64_t seed, RowId rows, const std::string& path, const Communicator& ranks)
{
    auto info = info_of(simulator, path, rows);
    info.target_names = simulator.targets;
    info.target_units.resize(simulator.targets.size());
    info.provenance = "simulator " + name + ", seed " + std::to_string(seed);
    const Tiling tiling = info.tiling();
    const auto columns = simulator.columns.size(), targets = simulator.targets.size();
    const auto draw_block = [&](RowId first, RowId count) {
        pool::StoredRows block;
        block.features.resize(static_cast<std::size_t>(count) * info.row_bytes());
        block.targets.resize(static_cast<std::size_t>(count) * targets);
        auto* features = reinterpret_cast<float*>(block.features.data());
        const Share tiles{.first_tile = first / tiling.tile_rows, .end_tile = (first + count + tiling.tile_rows - 1) / tiling.tile_rows, .first_row = first, .end_row = first + count};
        parallel::for_each_tile("problems/write_pool", tiles, [&](RowId tile) {
            for (RowId row = tiling.first_row(tile); row < tiling.first_row(tile) + tiling.rows_in(tile); ++row) {
                const auto i = static_cast<std::size_t>(row - first);
                const std::span<float> x(features + i * columns, columns);
                simulator.draw(seed, Population::pool, row, x);
                simulator.answer(seed, Population::pool, row, x, std::span(block.targets).subspan(i * targets, targets));
            }
        });
        return block;
    };
    pool::write_pool(info, 0, draw_block, ranks);
}

std::vector<double> simulate_labels(const Simulator& simulator, std::uint64_t seed, Population population, std::span<const RowId> rows, std::span<const float> x,
                                    const Communicator& ranks)
{
    const auto columns = simulator.columns.size();
    return fill_shared("problems/simulate", static_cast<std::int64_t>(rows.size()), simulator.targets.size(), ranks,
                       [&](std::size_t i, std::span<double> y) { simulator.answer(seed, population, rows[i], x.subspan(i * columns, columns), y); });
}

TestSet draw_test_set(const Simulator& simulator, std::uint64_t seed, std::int64_t rows, const std::vector<std::size_t>& targets, const Communicator& ranks)
{
    const auto columns = simulator.columns.size(), width = simulator.targets.size();
    TestSet test;
    test.rows = rows;
    test.x.resize(static_cast<std::size_t>(rows) * columns);
    std::vector<RowId> numbers(static_cast<std::size_t>(rows));
    std::iota(numbers.begin(), numbers.end(), RowId{0});
    for (std::size_t i = 0; i < numbers.size(); ++i) simulator.draw(seed, Population::test, numbers[i], std::span(test.x).subspan(i * columns, columns));
    const auto y = simulate_labels(simulator, seed, Population::test, numbers, test.x, ranks);
    test.y = columns_of(y, width, targets);
    if (!simulator.log_density || rows == 0) return test;
    const auto log_density = fill_shared("problems/oracle", rows, 1, ranks, [&](std::size_t i, std::span<double> out) {
        out[0] = simulator.log_density(std::span(test.x).subspan(i * columns, columns), std::span(y).subspan(i * width, width));
    });
    double sum = 0;
    for (const double value : log_density) sum += value;
    test.oracle_nll = -sum / static_cast<double>(rows);
    return test;
}

std::vector<double> columns_of(std::span<const double> table, std::size_t width, const std::vector<std::size_t>& columns)
{
    std::vector<double> picked;
    for (std::size_t row = 0; row < table.size(); row += width) {
        for (const auto column : columns) picked.push_back(table[row + column]);
    }
    return picked;
}

}  // namespace sluice::problems
