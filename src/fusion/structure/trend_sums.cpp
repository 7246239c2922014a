#include "fusion/structure/trend_sums.hpp"

#include "parallel/fixed_point.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"

#include <atomic>

namespace sluice::fusion {

namespace {

using parallel::FixedPoint;
using Eigen::Index;
using Eigen::VectorXd;

/// Calls work(thread, first, end) for a contiguous part of own rows per thread.
template <typename Work>
void for_each_part(const std::string& label, std::size_t rows, std::size_t parts, const Work& work)
{
    parallel::for_each_tile(label, Share{.end_tile = static_cast<RowId>(parts)}, [&](RowId part) {
        const auto i = static_cast<std::size_t>(part);
        work(i, i * rows / parts, (i + 1) * rows / parts);
    });
}

std::size_t threads()
{
    return static_cast<std::size_t>(parallel::host_threads());
}

/// Adds up the tables of the threads, then those of the ranks.
std::vector<std::int64_t> total(const std::vector<std::vector<std::int64_t>>& tables, const Communicator& ranks)
{
    auto sum = tables.front();
    for (std::size_t t = 1; t < tables.size(); ++t) {
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += tables[t][i];
    }
    ranks.sum(sum);
    return sum;
}

/// Maps the range of a score or a column to [-1, 1]; a constant to 0.
struct UnitRange {
    double centre = 0;
    double half_range = 0;

    UnitRange(double smallest, double largest) : centre(0.5 * smallest + 0.5 * largest), half_range(0.5 * largest - 0.5 * smallest) {}
    double of(double value) const { return half_range > 0 ? (value - centre) / half_range : 0.0; }
};

/// Smallest and largest value of each column over the candidates of all ranks.
std::vector<UnitRange> ranges(std::span<const float> mean, std::size_t columns, const CandidatePlaces& places, const Communicator& ranks)
{
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> own(2 * columns, infinity);  // smallest, and smallest of the negated
    const auto& place = places.place[0];
    for (std::size_t i = 0; i < place.size(); ++i) {
        if (place[i] == CandidatePlaces::none) continue;
        for (std::size_t c = 0; c < columns; ++c) {
            const float value = mean[i * columns + c];
            own[c] = std::min(own[c], value);
            own[columns + c] = std::min(own[columns + c], -value);
        }
    }
    const auto all = ranks.gather(std::span<const float>(own));
    std::vector<UnitRange> result;
    for (std::size_t c = 0; c < columns; ++c) {
        float smallest = infinity, negated = infinity;
        for (std::size_t begin = 0; begin < all.size(); begin += 2 * columns) {
            smallest = std::min(smallest, all[begin + c]);
            negated = std::min(negated, all[begin + columns + c]);
        }
        result.emplace_back(static_cast<double>(smallest), -static_cast<double>(negated));
    }
    return result;
}

}  // namespace

OrderSums order_sums(const CandidateOrder& order, const CandidatePlaces& places, const TrendBins& bins, const Communicator& ranks)
{
    const std::size_t size = bins.bins() + 1, rows = places.place[0].size();
    const FixedPoint fixed(1.0, bins.places());
    const std::array<UnitRange, 2> range = {UnitRange(order.smallest[0], order.largest[0]), UnitRange(order.smallest[1], order.largest[1])};

    // One table of pairs of bins for all threads, as it is large; the small ones are each thread's own: hat_square, hat_next, four score_hat, five sums.
    std::vector<std::int64_t> across(size * size, 0);
    const auto add = [](std::int64_t* sum, std::int64_t value) { std::atomic_ref(*sum).fetch_add(value, std::memory_order_relaxed); };
    std::vector<std::vector<std::int64_t>> tables;
    together(ranks, [&] {
        tables.assign(threads(), std::vector<std::int64_t>(6 * size + 5, 0));
        for_each_part("fusion/order_sums", rows, tables.size(), [&](std::size_t thread, std::size_t first, std::size_t end) {
            auto& table = tables[thread];
            for (std::size_t i = first; i < end; ++i) {
                if (places.place[0][i] == CandidatePlaces::none) continue;
                const std::array<TrendBins::Location, 2> at = {bins.locate(places.place[0][i]), bins.locate(places.place[1][i])};
                const std::array<double, 2> z = {range[0].of(order.score[0][i]), range[1].of(order.score[1][i])};
                const double right = at[0].right_weight, left = 1 - right;
                table[at[0].left] += fixed.whole(left * left);
                table[at[0].left + 1] += fixed.whole(right * right);
                table[size + at[0].left] += fixed.whole(left * right);
                for (std::size_t k = 0; k < 2; ++k) {
                    for (std::size_t o = 0; o < 2; ++o) {
                        std::int64_t* score_hat = table.data() + (2 + 2 * k + o) * size + at[o].left;
                        score_hat[0] += fixed.whole(z[k] * (1 - at[o].right_weight));
                        score_hat[1] += fixed.whole(z[k] * at[o].right_weight);
                    }
                }
                std::int64_t* sums = table.data() + 6 * size;
                sums[0] += fixed.whole(z[0]);
                sums[1] += fixed.whole(z[1]);
                sums[2] += fixed.whole(z[0] * z[0]);
                sums[3] += fixed.whole(z[0] * z[1]);
                sums[4] += fixed.whole(z[1] * z[1]);
                std::int64_t* pair = across.data() + at[0].left * size + at[1].left;
                add(pair, fixed.whole(left * (1 - at[1].right_weight)));
                if (at[1].right_weight > 0) add(pair + 1, fixed.whole(left * at[1].right_weight));
                if (right > 0) {
                    add(pair + size, fixed.whole(right * (1 - at[1].right_weight)));
                    add(pair + size + 1, fixed.whole(right * at[1].right_weight));
                }
            }
        });
    });
    const auto table = total(tables, ranks);
    ranks.sum(across);

    OrderSums result;
    const auto vector = [&](std::size_t index) {
        VectorXd values(size);
        for (std::size_t j = 0; j < size; ++j) values[static_cast<Index>(j)] = fixed.real(table[index * size + j]);
        return values;
    };
    result.hat_square = vector(0);
    result.hat_next = vector(1);
    for (std::size_t k = 0; k < 2; ++k) {
        for (std::size_t o = 0; o < 2; ++o) result.score_hat[k][o] = vector(2 + 2 * k + o);
    }
    const auto sum = [&](std::size_t i) { return fixed.real(table[6 * size + i]); };
    result.score = {sum(0), sum(1)};
    result.score_product = {{{sum(2), sum(3)}, {sum(3), sum(4)}}};
    result.across.resize(static_cast<Index>(size), static_cast<Index>(size));
    result.hat = VectorXd::Zero(static_cast<Index>(size));
    for (std::size_t j = 0; j < size; ++j) {
        std::int64_t row = 0;
        for (std::size_t k = 0; k < size; ++k) {
            result.across(static_cast<Index>(j), static_cast<Index>(k)) = fixed.real(across[j * size + k]);
            row += across[j * size + k];
        }
        result.hat[static_cast<Index>(j)] = fixed.real(row);  // the hat functions of a place sum to 1
    }
    return result;
}

std::vector<ColumnSums> column_sums(std::span<const float> mean, std::size_t columns, const CandidatePlaces& places, const TrendBins& bins,
                                    const Communicator& ranks)
{
    const std::size_t size = bins.bins() + 1, rows = places.place[0].size(), width = size * columns;
    const FixedPoint fixed(1.0, bins.places());
    const auto range = ranges(mean, columns, places, ranks);

    // [2 orders][bin sums, hat sums][bins + 1][columns], then sums and squares of each column.
    std::vector<std::vector<std::int64_t>> tables;
    together(ranks, [&] {
        tables.assign(threads(), std::vector<std::int64_t>(4 * width + 2 * columns, 0));
        for_each_part("fusion/column_sums", rows, tables.size(), [&](std::size_t thread, std::size_t first, std::size_t end) {
            auto& table = tables[thread];
            std::vector<double> value(columns);
            std::vector<std::int64_t> whole(columns);
            for (std::size_t i = first; i < end; ++i) {
                if (places.place[0][i] == CandidatePlaces::none) continue;
                std::int64_t* sums = table.data() + 4 * width;
                for (std::size_t c = 0; c < columns; ++c) {
                    value[c] = range[c].of(static_cast<double>(mean[i * columns + c]));
                    whole[c] = fixed.whole(value[c]);
                    sums[c] += whole[c];
                    sums[columns + c] += fixed.whole(value[c] * value[c]);
                }
                for (std::size_t o = 0; o < 2; ++o) {
                    const auto at = bins.locate(places.place[o][i]);
                    std::int64_t* bin = table.data() + 2 * o * width + at.bin * columns;
                    std::int64_t* hat = table.data() + (2 * o + 1) * width + at.left * columns;
                    for (std::size_t c = 0; c < columns; ++c) {
                        const std::int64_t right = fixed.whole(value[c] * at.right_weight);
                        bin[c] += whole[c];
                        hat[c] += whole[c] - right;
                        hat[columns + c] += right;
                    }
                }
            }
        });
    });
    const auto table = total(tables, ranks);

    std::vector<ColumnSums> result;
    for (std::size_t c = 0; c < columns; ++c) {
        ColumnSums column{.centre = range[c].centre, .half_range = range[c].half_range};
        if (!(column.half_range > 0)) {
            result.push_back(std::move(column));
            continue;
        }
        column.value = fixed.real(table[4 * width + c]);
        column.square = fixed.real(table[4 * width + columns + c]);
        for (std::size_t o = 0; o < 2; ++o) {
            column.hat[o].resize(static_cast<Index>(size));
            for (std::size_t j = 0; j < size; ++j) {
                if (j < bins.bins()) column.bin[o].push_back(fixed.real(table[2 * o * width + j * columns + c]));
                column.hat[o][static_cast<Index>(j)] = fixed.real(table[(2 * o + 1) * width + j * columns + c]);
            }
        }
        result.push_back(std::move(column));
    }
    return result;
}

}  // namespace sluice::fusion
