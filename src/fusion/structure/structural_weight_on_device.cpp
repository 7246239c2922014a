#include "fusion/structure/structural_weight_on_device.hpp"

#include "fusion/structure/geometric_weight.hpp"
#include "models/linear/linear.hpp"
#include "parallel/device_array.hpp"
#include "pool/visit_on_device.hpp"

namespace sluice::fusion {

namespace {

using Rows = Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>;

constexpr std::int64_t block = 1024;  // of the sample, so that its distances to a group of rows stay within some hundred megabytes

/// Some rows of the sample.
struct Block {
    models::Predict squares;  ///< of a row's distances to them, less the square of its own length: of each a linear function of the row
    std::int64_t first, count;
};

std::vector<Block> blocks_of(const PoolSample& sample, std::int64_t columns)
{
    std::vector<Block> blocks;
    models::TrainingSet shape;
    shape.columns = columns;
    shape.targets = 1;
    const auto rows = static_cast<std::int64_t>(sample.rows.size());
    for (std::int64_t first = 0; first < rows; first += block) {
        std::vector<models::Member> linear;
        for (std::int64_t j = first; j < std::min(first + block, rows); ++j) {
            auto& member = linear.emplace_back();
            for (std::int64_t c = 0; c < columns; ++c) member.push_back(-2 * sample.x[static_cast<std::size_t>(j * columns + c)]);
            member.push_back(sample.squares[j]);
        }
        blocks.push_back({models::linear_predictor(linear, shape, parallel::Place::device), first, static_cast<std::int64_t>(linear.size())});
    }
    return blocks;
}

/// The sample in the device's memory, as far as rows are compared with it.
struct DeviceSample {
    parallel::DeviceArray<RowId> rows;
    parallel::DeviceArray<float> centres;        ///< [clusters, columns]
    parallel::DeviceArray<double> radius;
    parallel::DeviceArray<float> sorted_spread;
};

/// What is known of a group's rows.
struct Group {
    const float* x;      ///< [rows, columns]
    RowId first;         ///< global row of the first
    float* own_square;   ///< [rows] of their lengths
    float* nearest;      ///< [spread_neighbours, rows] squared distances to the nearest rows of the sample, ascending
    std::int64_t rows, columns;
};

void begin(const Group& group)
{
    Kokkos::parallel_for(
        "fusion/own_square", Rows(0, group.rows), KOKKOS_LAMBDA(const std::int64_t row) {
            float sum = 0;
            for (std::int64_t c = 0; c < group.columns; ++c) sum += group.x[row * group.columns + c] * group.x[row * group.columns + c];
            group.own_square[row] = sum;
            for (std::size_t k = 0; k < spread_neighbours; ++k) group.nearest[static_cast<std::int64_t>(k) * group.rows + row] = Kokkos::Experimental::infinity_v<float>;
        });
}

/// \param squares  [rows, count] of distances to a block of the sample, less the square of the row's own length
void keep_nearest(const Group& group, const float* squares, std::int64_t first, std::int64_t count, const DeviceSample& sample)
{
    constexpr auto last = static_cast<std::int64_t>(spread_neighbours) - 1;
    const auto sample_rows = sample.rows;
    Kokkos::parallel_for(
        "fusion/keep_nearest", Rows(0, group.rows), KOKKOS_LAMBDA(const std::int64_t row) {
            const float* other = squares + row * count;
            float* nearest = group.nearest + row;
            const float own = group.own_square[row];
            float farthest = nearest[last * group.rows];
            for (std::int64_t j = 0; j < count; ++j) {
                const float squared = own + other[j];
                if (!(squared < farthest) || sample_rows(first + j) == group.first + row) continue;
                std::int64_t k = last;
                for (; k > 0 && nearest[(k - 1) * group.rows] > squared; --k) nearest[k * group.rows] = nearest[(k - 1) * group.rows];
                nearest[k * group.rows] = squared;
                farthest = nearest[last * group.rows];
            }
        });
}

KOKKOS_INLINE_FUNCTION float mean_distance(const float* nearest, std::int64_t stride)
{
    float sum = 0, found = 0;
    for (std::size_t k = 0; k < spread_neighbours && Kokkos::isfinite(nearest[static_cast<std::int64_t>(k) * stride]); ++k, found += 1) {
        const float squared = nearest[static_cast<std::int64_t>(k) * stride];
        sum += Kokkos::sqrt(squared > 0 ? squared : 0.0F);
    }
    return found > 0 ? sum / found : 0;
}

void weigh(const Group& group, const DeviceSample& sample, const pool::DeviceGroup& own, const parallel::DeviceArray<float>& weights)
{
    const auto clusters = static_cast<std::int64_t>(sample.radius.size()), sampled = static_cast<std::int64_t>(sample.sorted_spread.size());
    const auto centres = sample.centres, spreads = sample.sorted_spread;
    const auto radius = sample.radius;
    const RowId before = own.before, to = own.own_row;
    Kokkos::parallel_for(
        "fusion/structural_weight", Rows(0, own.rows), KOKKOS_LAMBDA(const std::int64_t i) {
            const auto row = before + i;
            const float* x = group.x + row * group.columns;
            double first = Kokkos::Experimental::infinity_v<double>, second = first, of_first = 0;
            for (std::int64_t k = 0; k < clusters; ++k) {
                float squared = 0;
                for (std::int64_t c = 0; c < group.columns; ++c) squared += (x[c] - centres(k * group.columns + c)) * (x[c] - centres(k * group.columns + c));
                const auto distance = static_cast<double>(Kokkos::sqrt(squared));
                if (distance < first) {
                    second = first;
                    first = distance;
                    of_first = radius(k);
                } else if (distance < second) {
                    second = distance;
                }
            }
            const float spread = mean_distance(group.nearest + row, group.rows);
            std::int64_t denser = 0;
            for (std::int64_t end = sampled; denser < end;) {
                const auto middle = denser + (end - denser) / 2;
                if (spreads(middle) < spread) denser = middle + 1;
                else end = middle;
            }
            weights(to + i) = geometric_weight(first, second, of_first, static_cast<double>(denser) / static_cast<double>(sampled));
        });
}

}  // namespace

std::vector<float> structural_weights_on_device(const pool::Shard& shard, const pool::Scaling& scaling, const PoolSample& sample)
{
    const auto columns = shard.info.columns, group_rows = pool::rows_of_group(shard.info);
    const auto blocks = blocks_of(sample, columns);
    const std::span centres(sample.centres.data(), static_cast<std::size_t>(sample.centres.size()));
    const DeviceSample there{parallel::to_device("fusion/sample_rows", std::span<const RowId>(sample.rows)), parallel::to_device("fusion/centres", centres),
                             parallel::to_device("fusion/radius", std::span<const double>(sample.radius)), parallel::to_device("fusion/spreads", std::span<const float>(sample.sorted_spread))};
    const auto padded = static_cast<std::size_t>(group_rows);
    const parallel::DeviceArray<float> own_square("fusion/own_square", padded), nearest("fusion/nearest", padded * spread_neighbours), squares("fusion/squares", padded * block);
    const parallel::DeviceArray<float> weights("fusion/weights", static_cast<std::size_t>(shard.share.rows()));
    pool::visit_on_device("structure", shard, scaling, [&](const pool::DeviceGroup& own, const float* x) {
        const Group group{x, shard.share.first_row + own.own_row - own.before, own_square.data(), nearest.data(), group_rows, columns};
        begin(group);
        for (const auto& part : blocks) {
            part.squares(x, group_rows, squares.data());
            keep_nearest(group, squares.data(), part.first, part.count, there);
        }
        weigh(group, there, own, weights);
    });
    std::vector<float> result(weights.size());
    parallel::to_host(weights, std::span(result));
    return result;
}

}  // namespace sluice::fusion
