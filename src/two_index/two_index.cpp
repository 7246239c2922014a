#include "models/mixture_density/ensemble.hpp"
#include "models/predictions.hpp"
#include "selection/strategy.hpp"
#include "two_index/batch.hpp"
#include "two_index/mixture_figures.hpp"
#include "two_index/options.hpp"
#include "two_index/visit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::two_index {

namespace mdn = models::mixture_density;

namespace {

mdn::RawSet labelled_set(const StrategyInput& input)
{
    mdn::RawSet data;
    std::vector<RowId> rows;
    for (const auto& [row, values] : input.labelled) {
        rows.push_back(row);
        data.y.insert(data.y.end(), values.begin(), values.end());
    }
    data.rows = static_cast<std::int64_t>(rows.size());
    data.x = pool::gather_rows(input.shard, pool::Scaling::identity(input.shard.info.columns), rows, input.ranks);
    for (const float factor : input.scaling.factor) data.pool_deviation.push_back(factor > 0 ? 1 / static_cast<double>(factor) : 1);
    return data;
}

/// Whether a batch rule looks at scores.
bool uses_scores(const Options& options)
{
    return options.text("batch_rule") != "core-set" && options.text("batch_rule") != "bait";
}

PoolScores scores_of(const Options& options, const StrategyInput& input, const mdn::Ensemble& ensemble)
{
    if (!uses_scores(options)) return {};
    if (options.text("score") == "mi-lb") return mi_lb_scores(input, ensemble, options.text("arithmetic") == "two-term");
    return options.text("score") == "variance" ? variance_scores(input, ensemble) : random_scores(input);
}

/// Figures of the model and of the scores, for metrics.csv.
std::string diagnostics(const Options& options, const StrategyInput& input, const mdn::Ensemble& ensemble, const PoolScores& scores, const mdn::RawSet& data)
{
    std::vector<std::pair<std::string, double>> figures;
    if (input.test.rows > 0) {
        const auto test = test_figures(ensemble, input.test, input.seed, input.iteration, input.ranks);
        figures = {{"test_nll", test.nll}, {"oracle_nll", input.test.oracle_nll}, {"test_crps", test.crps}, {"test_energy_score", test.energy_score}, {"test_mse", test.mse}};
    }
    if (uses_scores(options) && options.text("score") == "mi-lb") {
        const auto unlabelled = input.ranks.sum(static_cast<std::int64_t>(std::count(input.state.begin(), input.state.end(), pool::RowState::unlabelled)));
        figures.emplace_back("plateau_fraction", static_cast<double>(scores.on_plateau) / static_cast<double>(unlabelled));
    }
    if (input.near_boundary) {
        const auto columns = static_cast<std::size_t>(input.shard.info.columns);
        std::int64_t near = 0;
        for (std::int64_t i = 0; i < data.rows; ++i) near += input.near_boundary(std::span(data.x).subspan(static_cast<std::size_t>(i) * columns, columns)) ? 1 : 0;
        figures.emplace_back("near_boundary", static_cast<double>(near) / static_cast<double>(data.rows));
    }
    std::string text;
    for (const auto& [name, value] : figures) {
        if (std::isfinite(value)) text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, value);
    }
    return fmt::format("{{\"figures\":{{{}}}}}", text);
}

/// Mean and deviation of the members' means for the chosen rows, raw units.
void describe(Proposal& proposal, const StrategyInput& input, const mdn::Ensemble& ensemble)
{
    const auto points = pool::gather_rows(input.shard, pool::Scaling::identity(input.shard.info.columns), proposal.rows, input.ranks);
    const auto members = static_cast<std::size_t>(ensemble.members), targets = static_cast<std::size_t>(ensemble.shape.targets);
    visit_points(points, ensemble, false, [&](std::int64_t, const mdn::Heads& heads, std::int64_t row) {
        std::vector<float> means(members * targets);
        conditional_means(ensemble, heads, row, means.data());
        const models::Predictions::View view(means.data(), 1, members, targets);
        auto& mean = proposal.mean.emplace_back();
        auto& sd = proposal.sd.emplace_back();
        for (std::size_t t = 0; t < targets; ++t) {
            const auto over_members = models::moments(view, 0, static_cast<int>(t));
            mean.push_back(over_members.mean);
            sd.push_back(std::sqrt(over_members.variance));
        }
    });
}

std::vector<double> gather_values(const std::vector<double>& own, const std::vector<RowId>& rows, const StrategyInput& input)
{
    std::vector<double> all;
    for (const RowId row : rows) {
        const bool mine = input.shard.share.owns(row);
        all.push_back(input.ranks.largest(mine ? own[static_cast<std::size_t>(row - input.shard.share.first_row)] : -INFINITY));
    }
    return all;
}

Proposal propose(const Options& options, const StrategyInput& input)
{
    const auto data = labelled_set(input);
    const mdn::Shape shape{input.shard.info.columns, static_cast<std::int64_t>(input.goals.size()), options.whole("components"), options.whole("width"), options.whole("depth")};
    const auto recipe = recipe_of(options);
    const models::FitKey key{input.seed, static_cast<std::uint32_t>(input.iteration)};

    const auto ensemble = input.stages.time(input.iteration, "fit", [&](Work&) { return mdn::fit(shape, recipe, data, key, {input.folder / "training.h5", input.checkpoint_seconds}, input.ranks); });
    const auto scores = input.stages.time(input.iteration, "score", [&](Work& work) {
        work.flops += static_cast<double>(input.shard.share.rows()) * ensemble.flops_per_row;
        work.bytes += static_cast<double>(input.shard.share.rows()) * static_cast<double>(input.shard.info.row_bytes());
        auto result = scores_of(options, input, ensemble);
        parallel::stop_if_asked(input.ranks);
        return result;
    });

    Proposal proposal;
    proposal.rows = input.stages.time(input.iteration, "select", [&](Work& work) {
        return choose_batch(options, input, ensemble, scores, work);
    });
    if (proposal.rows.empty()) return proposal;
    if (uses_scores(options)) proposal.scores = gather_values(scores.value, proposal.rows, input);
    describe(proposal, input, ensemble);
    proposal.diagnostics = input.stages.time(input.iteration, "test", [&](Work&) { return diagnostics(options, input, ensemble, scores, data); });
    return proposal;
}

const StrategyRegistration registration{
    "two-index",
    "an ensemble of mixture density networks that asks where the members' branches differ (MI-LB)",
    option_specs(),
    [](const Options& options) { return Strategy([options](const StrategyInput& input) { return propose(options, input); }); },
};

}  // namespace

}  // namespace sluice::two_index
