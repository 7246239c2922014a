#include "base/signals.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/fixed_point.hpp"
#include "parallel/tile_sums.hpp"
#include "selection/bait_start.hpp"

#include <cmath>

namespace sluice::selection {

namespace {

using Matrix = Eigen::MatrixXf;
using Columns = Eigen::Map<const Matrix>;

/// Sizes of what stands for one tile in the products of pairs, in float32, a row to a column: z, then a, then u, what labelled rows explain.
struct TileShape {
    std::int64_t z_columns, a_columns, labelled, tile_rows;

    std::int64_t columns() const { return z_columns + a_columns + labelled; }
    std::size_t size() const { return static_cast<std::size_t>(columns() * tile_rows); }
};

struct TileFactors {
    Columns z, a, u;

    TileFactors(const float* tile, const TileShape& shape)
        : z(tile, shape.z_columns, shape.tile_rows),
          a(tile + shape.z_columns * shape.tile_rows, shape.a_columns, shape.tile_rows),
          u(tile + (shape.z_columns + shape.a_columns) * shape.tile_rows, shape.labelled, shape.tile_rows)
    {
    }

    /// g_i . g_i
    double square(std::int64_t i) const { return dot(z.col(i).data(), z.col(i).data(), z.rows()) * dot(a.col(i).data(), a.col(i).data(), a.rows()); }
};

/// Which of two tiles deals with the pair: of the tiles that a rank owns about every second one, whatever the other tile is.
bool deals_with(RowId tile, RowId other)
{
    return tile == other || ((tile + other) % 2 == 0) == (tile < other);
}

/// The sums over pairs in whole numbers, so that their order is of no account. No row's sum is larger than its own square times the sum of all squares.
struct PairSums {
    std::vector<std::int64_t> sum;  ///< [rows of the pool]
    double all_squares;

    parallel::FixedPoint unit(const TileFactors& tile, std::int64_t i) const { return {tile.square(i) * all_squares, 1}; }
    void add(RowId row, double value, const parallel::FixedPoint& unit) { Kokkos::atomic_add(&sum[static_cast<std::size_t>(row)], unit.whole(value)); }
};

/// Factors of one own tile. Threads share the work. \param scores  leverage of the tile's rows is filled in
void fill_tile(const BaitInput& input, const LabelledInformation& labelled, const TileShape& shape, RowId tile, float* out, BaitScores& scores)
{
    const std::int64_t first = input.tiling.first_row(tile) - input.share.first_row, rows = input.tiling.rows_in(tile);
    float *z = out, *a = z + shape.z_columns * shape.tile_rows, *u = a + shape.a_columns * shape.tile_rows;
    std::fill(out, out + shape.size(), 0.0F);
    const std::int64_t blocks = (rows + FactoredBlock::most - 1) / FactoredBlock::most;
    parallel::for_each_tile("selection/bait_explain", Share{0, blocks, 0, 0}, [&](RowId b) {
        if (stop_requested()) return;
        thread_local FactoredBlock block;
        thread_local Eigen::MatrixXd explained;
        const std::int64_t begin = b * FactoredBlock::most, count = std::min(FactoredBlock::most, rows - begin);
        block.load(input.rows, input.state, first + begin, count);
        labelled.explain(block, explained);
        for (std::int64_t i = 0; i < count; ++i) {
            const double *own_z = block.z.col(i).data(), *own_a = block.a.col(i).data(), *own_u = explained.data() + i * shape.labelled;
            const auto narrowed = [](double v) { return static_cast<float>(v); };
            std::transform(own_z, own_z + shape.z_columns, z + (begin + i) * shape.z_columns, narrowed);
            std::transform(own_a, own_a + shape.a_columns, a + (begin + i) * shape.a_columns, narrowed);
            std::transform(own_u, own_u + shape.labelled, u + (begin + i) * shape.labelled, narrowed);
            scores.leverage[static_cast<std::size_t>(first + begin + i)] = (block.square(i) - dot(own_u, own_u, shape.labelled)) / labelled.lambda();
        }
    });
}

/// lambda g_i M^-1 g_j^T for some rows of two tiles.
void covariances(const TileFactors& one, std::int64_t i, std::int64_t rows, const TileFactors& other, std::int64_t j, std::int64_t columns, Matrix& product)
{
    thread_local Matrix of_a;
    product.noalias() = one.z.middleCols(i, rows).transpose() * other.z.middleCols(j, columns);
    of_a.noalias() = one.a.middleCols(i, rows).transpose() * other.a.middleCols(j, columns);
    product.array() *= of_a.array();
    if (one.u.rows() > 0) product.noalias() -= one.u.middleCols(i, rows).transpose() * other.u.middleCols(j, columns);
}

/// Squares of a matrix summed along both sides.
void sum_squares(const Matrix& product, std::vector<double>& of_rows, std::vector<double>& of_columns)
{
    constexpr Eigen::Index lanes = 8;
    const auto rows = product.rows(), whole = rows / lanes * lanes;
    of_rows.assign(static_cast<std::size_t>(rows), 0.0);
    of_columns.assign(static_cast<std::size_t>(product.cols()), 0.0);
    for (Eigen::Index j = 0; j < product.cols(); ++j) {
        const float* column = product.col(j).data();
        std::array<double, lanes> sum{};
        for (Eigen::Index i = 0; i < whole; i += lanes) {
            for (Eigen::Index l = 0; l < lanes; ++l) {
                const auto value = static_cast<double>(column[i + l]);
                sum[static_cast<std::size_t>(l)] += value * value;
                of_rows[static_cast<std::size_t>(i + l)] += value * value;
            }
        }
        for (Eigen::Index i = whole; i < rows; ++i) {
            const auto value = static_cast<double>(column[i]);
            sum[0] += value * value;
            of_rows[static_cast<std::size_t>(i)] += value * value;
        }
        for (const double s : sum) of_columns[static_cast<std::size_t>(j)] += s;
    }
}

/// Adds the pairs of 256 rows of one tile, from row `begin` on, with all rows of another, or of the same one from those 256 on.
void add_pairs(const Tiling& tiling, RowId tile, const TileFactors& one, std::int64_t begin, RowId other_tile, const TileFactors& other, PairSums& sums)
{
    thread_local Matrix product;
    thread_local std::vector<double> of_rows, of_columns;
    const std::int64_t rows = std::min(FactoredBlock::most, tiling.rows_in(tile) - begin);
    const std::int64_t from = tile == other_tile ? begin : 0;
    for_each_block(from, tiling.rows_in(other_tile) - from, [&](std::int64_t j, std::int64_t columns) {
        if (stop_requested()) return;
        covariances(one, begin, rows, other, j, columns, product);
        sum_squares(product, of_rows, of_columns);
        for (std::int64_t i = 0; i < rows; ++i) sums.add(tiling.first_row(tile) + begin + i, of_rows[static_cast<std::size_t>(i)], sums.unit(one, begin + i));
        if (tile == other_tile && j == begin) return;  // each pair of these is there twice already
        for (std::int64_t i = 0; i < columns; ++i) sums.add(tiling.first_row(other_tile) + j + i, of_columns[static_cast<std::size_t>(i)], sums.unit(other, j + i));
    });
}

/// To about six digits, all that there are: equal rows, whose sums have been rounded in different places, become equal.
double to_six_digits(double value)
{
    constexpr int bits = 20;
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}

}  // namespace

BaitScores scores_by_pairs(const BaitInput& input, const LabelledInformation& labelled, std::int64_t pool_rows, std::size_t own_bytes)
{
    const auto& [tiling, share, ranks] = std::tie(input.tiling, input.share, input.ranks);
    const TileShape shape{input.rows.z_columns, input.rows.a_columns, labelled.rows(), tiling.tile_rows};
    const auto own_rows = static_cast<std::size_t>(share.rows());
    BaitScores scores{std::vector<double>(own_rows), std::vector<double>(own_rows)};
    const auto all_squares = parallel::sum_over_tiles("selection/bait_squares", tiling, share, 1, ranks, [&](RowId tile, double* partial) {
        thread_local FactoredBlock block;
        for_each_block(tiling.first_row(tile) - share.first_row, tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
            block.load(input.rows, input.state, first, count);
            for (std::int64_t i = 0; i < count; ++i) *partial += block.square(i);
        });
    });
    PairSums sums{std::vector<std::int64_t>(static_cast<std::size_t>(tiling.rows)), all_squares[0]};

    // Own tiles are held in groups that fit the memory; every tile of the pool passes once for each group.
    const auto most_tiles = ranks.largest(share.tiles());
    const auto fitting = std::max<std::int64_t>(1, static_cast<std::int64_t>(own_bytes / (shape.size() * sizeof(float))));
    const auto groups = (most_tiles + fitting - 1) / fitting, group_tiles = (most_tiles + groups - 1) / groups;
    std::vector<float> held(static_cast<std::size_t>(std::min(group_tiles, share.tiles())) * shape.size()), passing(shape.size());
    for (std::int64_t group = 0; group < groups; ++group) {
        const RowId first_held = std::min(share.first_tile + group * group_tiles, share.end_tile), end_held = std::min(first_held + group_tiles, share.end_tile);
        const auto held_tile = [&](RowId tile) { return held.data() + static_cast<std::size_t>(tile - first_held) * shape.size(); };
        together(ranks, [&] {
            for (RowId tile = first_held; tile < end_held; ++tile) fill_tile(input, labelled, shape, tile, held_tile(tile), scores);
        });
        for (int owner = 0; owner < ranks.size(); ++owner) {
            const Share theirs = share_of(tiling, owner, ranks.size());
            for (RowId other = theirs.first_tile; other < theirs.end_tile; ++other) {
                together(ranks, [&] {
                    if (owner != ranks.rank()) return;
                    if (first_held <= other && other < end_held) std::copy_n(held_tile(other), shape.size(), passing.data());
                    else fill_tile(input, labelled, shape, other, passing.data(), scores);
                });
                parallel::stop_if_asked(ranks);
                ranks.broadcast(std::span(passing), owner);
                std::vector<std::pair<RowId, std::int64_t>> blocks;
                for (RowId tile = first_held; tile < end_held; ++tile) {
                    if (!deals_with(tile, other)) continue;
                    for_each_block(0, tiling.rows_in(tile), [&](std::int64_t begin, std::int64_t) { blocks.emplace_back(tile, begin); });
                }
                const TileFactors passing_factors(passing.data(), shape);
                together(ranks, [&] {
                    parallel::for_each_tile("selection/bait_pairs", Share{0, static_cast<RowId>(blocks.size()), 0, 0}, [&](RowId b) {
                        const auto [tile, begin] = blocks[static_cast<std::size_t>(b)];
                        add_pairs(tiling, tile, TileFactors(held_tile(tile), shape), begin, other, passing_factors, sums);
                    });
                });
                for (const auto& [tile, begin] : blocks) {
                    const auto pairs = std::min(FactoredBlock::most, tiling.rows_in(tile) - begin) * tiling.rows_in(other);
                    input.work.flops += 2.0 * static_cast<double>(pairs) * static_cast<double>(shape.columns());
                }
            }
        }
    }
    ranks.sum(std::span(sums.sum));
    const double mean = 1 / (static_cast<double>(pool_rows) * labelled.lambda() * labelled.lambda());
    FactoredBlock block;
    for_each_block(0, share.rows(), [&](std::int64_t first, std::int64_t count) {
        block.load(input.rows, input.state, first, count);
        for (std::int64_t i = 0; i < count; ++i) {
            const parallel::FixedPoint unit(block.square(i) * sums.all_squares, 1);
            scores.influence[static_cast<std::size_t>(first + i)] = to_six_digits(mean * unit.real(sums.sum[static_cast<std::size_t>(share.first_row + first + i)]));
        }
    });
    return scores;
}

}  // namespace sluice::selection
