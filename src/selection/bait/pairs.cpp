#include "base/signals.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/fixed_point.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/tile_sums.hpp"
#include "selection/bait/start.hpp"

#include <atomic>
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

    parallel::FixedPoint unit(double square) const { return {square * all_squares, 1}; }

    /// Adds values of rows of a tile, from its row `begin` on.
    void add(RowId tile_begin, const TileFactors& tile, std::int64_t begin, const std::vector<double>& values)
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto in_tile = begin + static_cast<std::int64_t>(i);
            std::atomic_ref(sum[static_cast<std::size_t>(tile_begin + in_tile)]).fetch_add(unit(tile.square(in_tile)).whole(values[i]), std::memory_order_relaxed);
        }
    }
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
    constexpr int lanes = 8;
    const Eigen::Index rows = product.rows(), whole = rows / lanes * lanes;
    of_rows.assign(static_cast<std::size_t>(rows), 0.0);
    of_columns.assign(static_cast<std::size_t>(product.cols()), 0.0);
    for (Eigen::Index j = 0; j < product.cols(); ++j) {
        const float* column = product.col(j).data();
        double sum[lanes] = {};  // of the language: nvcc loses the number of a std::array here
        for (Eigen::Index i = 0; i < whole; i += lanes) {
            for (int l = 0; l < lanes; ++l) {
                const auto value = static_cast<double>(column[i + l]);
                sum[l] += value * value;
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
        sums.add(tiling.first_row(tile), one, begin, of_rows);
        const bool is_with_themselves = tile == other_tile && j == begin;  // each pair is there twice already
        if (!is_with_themselves) sums.add(tiling.first_row(other_tile), other, j, of_columns);
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

/// Sum of g . g over the pool.
double sum_of_squares(const BaitInput& input)
{
    return parallel::sum_over_tiles("selection/bait_squares", input.tiling, input.share, 1, input.ranks, [&](RowId tile, double* partial) {
        thread_local FactoredBlock block;
        for_each_block(input.tiling.first_row(tile) - input.share.first_row, input.tiling.rows_in(tile), [&](std::int64_t first, std::int64_t count) {
            block.load(input.rows, input.state, first, count);
            for (std::int64_t i = 0; i < count; ++i) *partial += block.square(i);
        });
    })[0];
}

/// Own tiles [first, end), their factors one after another.
struct HeldTiles {
    RowId first, end;
    std::size_t tile_size;
    float* factors;

    bool holds(RowId tile) const { return first <= tile && tile < end; }
    float* of(RowId tile) const { return factors + static_cast<std::size_t>(tile - first) * tile_size; }
};

/// Adds the pairs of all held tiles that deal with a tile.
void pair_with(const BaitInput& input, const TileShape& shape, const HeldTiles& held, RowId other, const float* factors, PairSums& sums)
{
    std::vector<std::pair<RowId, std::int64_t>> blocks;
    for (RowId tile = held.first; tile < held.end; ++tile) {
        if (!deals_with(tile, other)) continue;
        for_each_block(0, input.tiling.rows_in(tile), [&](std::int64_t begin, std::int64_t count) {
            blocks.emplace_back(tile, begin);
            input.work.flops += 2.0 * static_cast<double>(count * input.tiling.rows_in(other) * shape.columns());
        });
    }
    const TileFactors passing(factors, shape);
    parallel::for_each_tile("selection/bait_pairs", Share{0, static_cast<RowId>(blocks.size()), 0, 0}, [&](RowId b) {
        const auto [tile, begin] = blocks[static_cast<std::size_t>(b)];
        add_pairs(input.tiling, tile, TileFactors(held.of(tile), shape), begin, other, passing, sums);
    });
}

/// Lets every tile of the pool pass by the held ones, from the rank that owns it.
void pass_all_tiles(const BaitInput& input, const LabelledInformation& labelled, const TileShape& shape, const HeldTiles& held, PairSums& sums, BaitScores& scores)
{
    const auto& ranks = input.ranks;
    std::vector<float> passing(shape.size());
    for (int owner = 0; owner < ranks.size(); ++owner) {
        const Share theirs = share_of(input.tiling, owner, ranks.size());
        for (RowId tile = theirs.first_tile; tile < theirs.end_tile; ++tile) {
            together(ranks, [&] {
                if (owner != ranks.rank()) return;
                if (held.holds(tile)) std::copy_n(held.of(tile), shape.size(), passing.data());
                else fill_tile(input, labelled, shape, tile, passing.data(), scores);
            });
            ranks.broadcast(std::span(passing), owner);
            together(ranks, [&] { pair_with(input, shape, held, tile, passing.data(), sums); });
            parallel::stop_if_asked(ranks);
        }
    }
}

}  // namespace

BaitScores scores_by_pairs(const BaitInput& input, const LabelledInformation& labelled, std::int64_t pool_rows, std::size_t own_bytes)
{
    const auto& share = input.share;
    const TileShape shape{input.rows.z_columns, input.rows.a_columns, labelled.rows(), input.tiling.tile_rows};
    const auto rows = static_cast<std::size_t>(share.rows());
    BaitScores scores{std::vector<double>(rows), std::vector<double>(rows)};
    PairSums sums{std::vector<std::int64_t>(static_cast<std::size_t>(input.tiling.rows)), sum_of_squares(input)};

    // Own tiles are held in groups that fit the memory; every tile of the pool passes once for each group.
    const auto most_tiles = input.ranks.largest(share.tiles());
    const auto fitting = std::max<std::int64_t>(1, static_cast<std::int64_t>(own_bytes / (shape.size() * sizeof(float))));
    const auto groups = (most_tiles + fitting - 1) / fitting, group_tiles = (most_tiles + groups - 1) / groups;
    std::vector<float> factors(static_cast<std::size_t>(std::min(group_tiles, share.tiles())) * shape.size());
    for (std::int64_t group = 0; group < groups; ++group) {
        const RowId first = std::min(share.first_tile + group * group_tiles, share.end_tile);
        const HeldTiles held{first, std::min(first + group_tiles, share.end_tile), shape.size(), factors.data()};
        together(input.ranks, [&] {
            for (RowId tile = held.first; tile < held.end; ++tile) fill_tile(input, labelled, shape, tile, held.of(tile), scores);
        });
        pass_all_tiles(input, labelled, shape, held, sums, scores);
    }

    input.ranks.sum(std::span(sums.sum));
    const double mean = 1 / (static_cast<double>(pool_rows) * labelled.lambda() * labelled.lambda());
    FactoredBlock block;
    for_each_block(0, share.rows(), [&](std::int64_t first, std::int64_t count) {
        block.load(input.rows, input.state, first, count);
        for (std::int64_t i = 0; i < count; ++i) {
            const auto sum = sums.sum[static_cast<std::size_t>(share.first_row + first + i)];
            scores.influence[static_cast<std::size_t>(first + i)] = to_six_digits(mean * sums.unit(block.square(i)).real(sum));
        }
    });
    return scores;
}

}  // namespace sluice::selection
