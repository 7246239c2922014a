#include "two_index/features.hpp"

#include "two_index/mixture_figures.hpp"
#include "two_index/visit.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::two_index {

using models::mixture_density::Ensemble;
using models::mixture_density::Heads;

namespace {

/// Fills a shard of `columns` features by write(heads, row in heads, features of the row).
template <typename Write>
pool::Shard fill(const StrategyInput& input, const Ensemble& ensemble, RowId columns, bool with_embedding, const Write& write)
{
    auto shard = pool::shard_of_features(input.shard, columns);
    auto* features = shard.floats().data();
    together(input.ranks, [&] {
        visit_pool(input.shard, ensemble, with_embedding, [&](RowId own, const Heads& heads, RowId row) { write(heads, row, features + own * columns); });
    });
    return shard;
}

/// One row's factors. All in normalised units, where the derivative by the head's own means is taken.
void write_fisher(const StrategyInput& input, const Ensemble& ensemble, RowId global, const Heads& heads, RowId row, float* z, float* a)
{
    const auto components = static_cast<std::size_t>(ensemble.shape.components), targets = static_cast<std::size_t>(ensemble.shape.targets);
    std::copy_n(heads.embedding.data() + row * ensemble.shape.width, ensemble.shape.width, z);
    const auto head = heads.of(0, row);
    const auto weights = mixture_weights(head.logits, ensemble.shape.components);
    RandomStream random(input.seed, Purpose::fisher_sample, static_cast<std::uint32_t>(input.iteration), static_cast<std::uint64_t>(global));
    double left = random.uniform();
    std::size_t drawn = 0;
    while (drawn + 1 < components && left >= weights[drawn]) left -= weights[drawn++];

    std::vector<double> variance(components * targets), y(targets), log_joint(components);
    for (std::size_t i = 0; i < variance.size(); ++i) {
        variance[i] = std::max(static_cast<double>(head.variances[i]), ensemble.least_normalised_variance(i % targets));
    }
    for (std::size_t j = 0; j < targets; ++j) y[j] = static_cast<double>(head.means[drawn * targets + j]) + std::sqrt(variance[drawn * targets + j]) * random.normal();
    double largest = -INFINITY, total = 0;
    for (std::size_t k = 0; k < components; ++k) {
        double sum = 0;
        for (std::size_t j = 0; j < targets; ++j) {
            const double difference = y[j] - static_cast<double>(head.means[k * targets + j]), v = variance[k * targets + j];
            sum += difference * difference / v + std::log(v);
        }
        log_joint[k] = std::log(weights[k]) - 0.5 * sum;
        largest = std::max(largest, log_joint[k]);
    }
    for (auto& value : log_joint) total += value = std::exp(value - largest);
    for (std::size_t k = 0; k < components; ++k) {
        for (std::size_t j = 0; j < targets; ++j) {
            const auto i = k * targets + j;
            a[i] = static_cast<float>(log_joint[k] / total * (y[j] - static_cast<double>(head.means[i])) / variance[i]);
        }
    }
}

FisherRows room_for(const Ensemble& ensemble, std::size_t rows)
{
    return {std::vector<float>(rows * static_cast<std::size_t>(ensemble.shape.width)), std::vector<float>(rows * static_cast<std::size_t>(ensemble.shape.components * ensemble.shape.targets))};
}

}  // namespace

FisherRows fisher_rows(const StrategyInput& input, const Ensemble& ensemble)
{
    auto result = room_for(ensemble, static_cast<std::size_t>(input.shard.share.rows()));
    const auto width = ensemble.shape.width, length = ensemble.shape.components * ensemble.shape.targets;
    together(input.ranks, [&] {
        visit_pool(input.shard, ensemble, true, [&](RowId own, const Heads& heads, RowId row) {
            write_fisher(input, ensemble, input.shard.share.first_row + own, heads, row, result.z.data() + own * width, result.a.data() + own * length);
        });
    });
    return result;
}

FisherRows fisher_rows(const StrategyInput& input, const Ensemble& ensemble, const std::vector<RowId>& rows, const std::vector<float>& points)
{
    auto result = room_for(ensemble, rows.size());
    const auto width = ensemble.shape.width, length = ensemble.shape.components * ensemble.shape.targets;
    visit_points(points, ensemble, true, [&](std::int64_t i, const Heads& heads, std::int64_t row) {
        write_fisher(input, ensemble, rows[static_cast<std::size_t>(i)], heads, row, result.z.data() + i * width, result.a.data() + i * length);
    });
    return result;
}

pool::Shard mean_features(const StrategyInput& input, const Ensemble& ensemble)
{
    return fill(input, ensemble, ensemble.members * ensemble.shape.targets, false,
                [&](const Heads& heads, RowId row, float* out) { conditional_means(ensemble, heads, row, out); });
}

pool::Shard embedding_features(const StrategyInput& input, const Ensemble& ensemble)
{
    const auto width = ensemble.shape.width;
    return fill(input, ensemble, width, true, [&](const Heads& heads, RowId row, float* out) { std::copy_n(heads.embedding.data() + row * width, width, out); });
}

}  // namespace sluice::two_index
