#include "two_index/features.hpp"

#include "two_index/mixture_figures.hpp"
#include "two_index/visit.hpp"

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

}  // namespace

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
