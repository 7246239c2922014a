#include "models/trees/tree_family.hpp"

#include "models/trees/forest_on_device.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::models {

namespace {

Resample narrowed(const Resample& sample, const std::vector<std::int32_t>& columns)
{
    Resample narrow{sample.rows, static_cast<std::int64_t>(columns.size()), sample.targets, {}, sample.y};
    narrow.x.reserve(static_cast<std::size_t>(narrow.rows * narrow.columns));
    for (auto row = sample.x.begin(); row != sample.x.end(); row += sample.columns) {
        for (const auto column : columns) narrow.x.push_back(row[column]);
    }
    return narrow;
}

/// A forest grown on some columns, in terms of all of them.
Forest widened(Forest forest, const std::vector<std::int32_t>& columns)
{
    for (auto& tree : forest.trees) {
        for (auto& node : tree) {
            if (node.feature >= 0) node.feature = columns[static_cast<std::size_t>(node.feature)];
        }
    }
    return forest;
}

}  // namespace

std::vector<float> Resample::target(std::int64_t which) const
{
    std::vector<float> values(static_cast<std::size_t>(rows));
    for (std::int64_t i = 0; i < rows; ++i) values[static_cast<std::size_t>(i)] = static_cast<float>(y[static_cast<std::size_t>(i * targets + which)]);
    return values;
}

Resample resample(const TrainingSet& data, const Bootstrap& bootstrap)
{
    Resample sample{static_cast<std::int64_t>(bootstrap.size()), data.columns, data.targets, {}, {}};
    for (const auto row : bootstrap) {
        sample.x.insert(sample.x.end(), data.x.begin() + row * data.columns, data.x.begin() + (row + 1) * data.columns);
        sample.y.insert(sample.y.end(), data.y.begin() + row * data.targets, data.y.begin() + (row + 1) * data.targets);
    }
    return sample;
}

double mean_of(const std::vector<float>& values)
{
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value);
    return sum / static_cast<double>(values.size());
}

std::vector<std::int32_t> strongest_columns(const Resample& sample, std::int64_t target, std::int64_t most)
{
    const auto columns = static_cast<std::size_t>(sample.columns);
    const auto y = sample.target(target);
    const double mean = mean_of(y);
    std::vector<double> sum(columns, 0.0), squares(columns, 0.0), products(columns, 0.0);
    const float* x = sample.x.data();
    for (std::size_t i = 0; i < y.size(); ++i, x += columns) {
        const double residual = static_cast<double>(y[i]) - mean;
        for (std::size_t c = 0; c < columns; ++c) {
            const auto value = static_cast<double>(x[c]);
            sum[c] += value;
            squares[c] += value * value;
            products[c] += value * residual;
        }
    }
    std::vector<double> strength(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        const double spread = squares[c] - sum[c] * sum[c] / static_cast<double>(sample.rows);
        strength[c] = spread > 1e-12 * squares[c] ? products[c] * products[c] / spread : 0;
    }
    std::vector<std::int32_t> order(columns);
    std::iota(order.begin(), order.end(), 0);
    const auto before = [&](std::int32_t a, std::int32_t b) {
        const double of_a = strength[static_cast<std::size_t>(a)], of_b = strength[static_cast<std::size_t>(b)];
        return of_a != of_b ? of_a > of_b : a < b;
    };
    if (most < sample.columns) {
        std::nth_element(order.begin(), order.begin() + most, order.end(), before);
        order.resize(static_cast<std::size_t>(most));
    }
    std::sort(order.begin(), order.end());
    return order;
}

OptionSpec split_columns()
{
    return whole("columns", 0).at_least(0).help("columns that a member may split on: those that correlate most with the target in its resample; 0: all");
}

Family tree_family(GrowForest grow, double tests_per_row, std::int64_t most_columns)
{
    return {
        .train =
            [grow = std::move(grow), most_columns](const TrainingSet& data, std::span<const Bootstrap> bootstraps, int, const FitKey&) {
                std::vector<Member> members;
                for (const auto& bootstrap : bootstraps) {
                    const auto sample = resample(data, bootstrap);
                    std::vector<Forest> forests;
                    for (std::int64_t target = 0; target < data.targets; ++target) {
                        if (most_columns == 0 || data.columns <= most_columns) {
                            forests.push_back(grow(sample, target));
                        } else {
                            const auto columns = strongest_columns(sample, target, most_columns);
                            forests.push_back(widened(grow(narrowed(sample, columns), target), columns));
                        }
                    }
                    members.push_back(to_member(forests));
                }
                return members;
            },
        .predictor = [](const std::vector<Member>& members, const TrainingSet& data, parallel::Place place) {
            return place == parallel::Place::device ? forest_predictor_on_device(members, data.columns) : forest_predictor(members, data.columns);
        },
        .flops_per_row = [tests_per_row](const TrainingSet& data, std::int64_t members) { return tests_per_row * static_cast<double>(data.targets * members); },
    };
}

}  // namespace sluice::models
