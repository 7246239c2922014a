#include "campaign/proposal/propose.hpp"

#include "campaign/class_shares.hpp"
#include "campaign/proposal/pool_scores.hpp"
#include "campaign/testing/test_error.hpp"
#include "models/predictions.hpp"

#include <cmath>

namespace sluice::campaign {

namespace {

/// What the surrogate says of the chosen rows, in raw units, for the journal.
void describe_batch(BatchEvent& batch, const Iteration& iteration, const Surrogate& surrogate)
{
    const auto features = pool::gather_rows(iteration.shard, iteration.scaling, batch.rows, iteration.ranks);
    const auto width = static_cast<std::size_t>(surrogate.ensemble.width()), targets = surrogate.standard.mean.size();
    std::vector<float> predicted(batch.rows.size() * width * targets);
    surrogate.ensemble.predict(features.data(), static_cast<std::int64_t>(batch.rows.size()), predicted.data());
    const models::Predictions::View view(predicted.data(), batch.rows.size(), width, targets);
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        batch.mean.emplace_back();
        batch.sd.emplace_back();
        for (std::size_t t = 0; t < targets; ++t) {
            const auto m = models::moments(view, surrogate.ensemble.form, static_cast<RowId>(i), static_cast<int>(t));
            batch.mean.back().push_back(surrogate.standard.raw(m.mean, t));
            batch.sd.back().push_back(surrogate.standard.deviation[t] * std::sqrt(m.variance));
        }
    }
    batch.out_of_bag_r2 = surrogate.ensemble.out_of_bag_r2;
}

/// Scores of some rows of the pool, on every rank.
std::vector<double> gather_scores(const std::vector<double>& own, const std::vector<RowId>& rows, const Share& share, const Communicator& ranks)
{
    std::vector<double> all;
    for (const RowId row : rows) {
        const double mine = share.owns(row) ? own[static_cast<std::size_t>(row - share.first_row)] : -INFINITY;
        all.push_back(ranks.largest(mine));
    }
    return all;
}

}  // namespace

BatchEvent propose(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, const problems::TestSet& test, const Truth& truth,
                   LastFit& last_fit, parallel::StageRecord& stages, const Communicator& ranks)
{
    BatchEvent batch;
    batch.iteration = state.next_iteration();
    const auto goals = learned_goals(file.goals);
    const Iteration iteration{batch.iteration, file, goals, shard, scaling, state, ranks};
    const auto selection = Registration<selection::Selection>::all().at(file.selection.kind)->make(file.selection.options);
    std::optional<acquisition::Score> score;
    if (!file.acquisition.kind.empty()) score = Registration<acquisition::Score>::all().at(file.acquisition.kind)->make(file.acquisition.options);
    const auto* rule = score ? &*score : nullptr;

    std::optional<Fitted> fitted;
    const bool is_tested = test.rows > 0 && !file.surrogate.kind.empty();
    const bool predicts_pool = (score && score->needs_model) || selection.needs_predictions;
    if (predicts_pool || selection.needs_posterior || is_tested) {
        fitted = stages.time(batch.iteration, "fit", [&](Work&) { return fit_surrogate(iteration, rule, last_fit); });
    }
    const auto found = stages.time(batch.iteration, "score", [&](Work& work) {
        return score_pool(iteration, rule, selection.needs_predictions, predicts_pool ? &*fitted : nullptr, truth, work);
    });
    batch.rows = stages.time(batch.iteration, "select", [&](Work& work) {
        std::vector<RowId> labelled;
        for (const auto& [row, values] : state.labelled) labelled.push_back(row);
        selection::SelectionInput input{shard, scaling, found.score, state.rows, labelled, file.campaign.whole("batch"), ranks, work, file.seed(), iteration.key()};
        input.predicted = found.mean;
        if (fitted) input.values = fitted->surrogate.values;
        if (fitted && fitted->surrogate.ensemble.posterior) input.posterior = &*fitted->surrogate.ensemble.posterior;
        return selection.choose(input);
    });
    if (batch.rows.empty()) return batch;
    if (rule != nullptr) batch.scores = gather_scores(found.score, batch.rows, shard.share, ranks);
    if (fitted) describe_batch(batch, iteration, fitted->surrogate);
    if (is_tested) {
        const auto figures = stages.time(batch.iteration, "test", [&](Work&) {
            const auto& tested = fitted->surrogate;
            return file.classifies() ? class_figures(tested.ensemble, goals.size(), scaling, test, ranks) : error_figures(tested.ensemble, tested.standard, scaling, test, ranks);
        });
        batch.diagnostics = to_diagnostics(figures);
    }
    return batch;
}

}  // namespace sluice::campaign
