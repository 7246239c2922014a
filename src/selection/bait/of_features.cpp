#include "selection/bait/bait.hpp"
#include "selection/selection.hpp"

#include <algorithm>

namespace sluice::selection {

namespace {

/// BAIT for a model that is linear in the scaled features, with normal errors: the Fisher embedding of a row is the row itself. Own rows are used where they lie if they
/// are float32, unscaled and in memory, else as a copy in float32. One of the factors is 1.
std::vector<RowId> bait_of_features(const SelectionInput& input, double lambda)
{
    const auto& shard = input.shard;
    const auto columns = shard.info.columns;
    std::vector<float> copy;
    const bool is_as_used = shard.info.type == pool::FeatureType::float32 && input.scaling.is_identity() && !shard.stream;
    if (!is_as_used) {
        together(input.ranks, [&] {
            copy.resize(static_cast<std::size_t>(shard.share.rows() * columns));
            if (!copy.empty()) pool::decode(shard, input.scaling, shard.share.first_row, shard.share.rows(), copy.data());
        });
    }
    const std::vector<float> labelled = pool::gather_rows(shard, input.scaling, input.labelled, input.ranks);
    const std::vector<float> ones(std::max(static_cast<std::size_t>(shard.share.rows()), input.labelled.size()), 1.0F);
    const auto factored = [&](std::span<const float> rows, std::size_t count) { return FactoredRows{rows, std::span(ones).first(count), columns, 1}; };
    const std::span<const float> own = is_as_used ? shard.floats() : std::span<const float>(copy);
    const FactoredRows own_rows = factored(own, static_cast<std::size_t>(shard.share.rows())), labelled_rows = factored(labelled, input.labelled.size());
    return bait({shard.info.tiling(), shard.share, own_rows, input.state, labelled_rows, input.count, lambda, input.ranks, input.work}).rows;
}

const SelectionRegistration registration{
    "bait",
    "the rows that tell a model linear in the features most about the pool (BAIT), whatever their scores",
    {real("lambda", 1.0).above(0).help("prior information on each coefficient")},
    [](const Options& options) {
        return Selection{.choose = [lambda = options.real("lambda")](const SelectionInput& input) { return bait_of_features(input, lambda); }, .uses_scores = false};
    }};

}  // namespace

}  // namespace sluice::selection
