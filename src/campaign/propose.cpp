#include "campaign/propose.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/standardised_targets.hpp"
#include "campaign/test_error.hpp"
#include "models/ensemble.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"

#include <cmath>

namespace sluice::campaign {

namespace {

/// A surrogate fitted to the labelled rows.
struct Surrogate {
    StandardisedTargets standard;
    std::vector<float> values;  ///< [labelled rows, targets], standardised
    models::Ensemble ensemble;
    std::vector<double> incumbent;
};

/// The campaign's surrogate; and, where the score brings a model, that.
struct Fitted {
    Surrogate surrogate;
    std::optional<Surrogate> own_model;

    const Surrogate& scored_by() const { return own_model ? *own_model : surrogate; }
};

Fitted fit(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const std::optional<acquisition::Score>& rule, const State& state,
           std::uint32_t iteration, const Communicator& ranks)
{
    Surrogate surrogate;
    surrogate.standard = standardise_targets(state.labelled, file.goals.size());
    const auto data = training_set(shard, scaling, state.labelled, surrogate.standard, ranks);
    surrogate.values.assign(data.y.begin(), data.y.end());
    surrogate.incumbent = incumbents(data, surrogate.standard, file.goals);
    const auto family = Registration<models::Family>::all().at(file.surrogate.kind)->make(file.surrogate.options);
    const auto members = static_cast<int>(file.surrogate_common.whole("members")), block = static_cast<int>(file.surrogate_common.whole("member_block"));
    surrogate.ensemble = models::fit_ensemble(family, data, members, std::min(block, members), {file.seed(), iteration}, ranks);
    Fitted fitted{surrogate, {}};
    if (rule && rule->own_model) {
        constexpr std::uint32_t of_the_score = 1;  // beside the surrogate's fit, 0
        fitted.own_model = std::move(surrogate);
        fitted.own_model->ensemble = models::fit_ensemble(*rule->own_model, data, 1, 1, {file.seed(), iteration, of_the_score}, ranks);
    }
    return fitted;
}

/// What one pass over the pool tells of this rank's rows.
struct PoolPredictions {
    std::vector<double> score;  ///< [own rows], or empty
    std::vector<float> mean;    ///< [own rows, targets] of the members, standardised; or empty
};

/// Predictions of the rows of one tile, as merits. A tile is predicted with its full number of rows, the last one padded with zeros: the shape of a
/// matrix product decides its rounding.
/// \param mean  [rows of the tile, targets] of the members' predictions, no merits; null: not wanted
void predict_tile(const pool::Shard& shard, const pool::Scaling& scaling, const Surrogate& surrogate, const std::vector<problems::Goal>& goals, RowId tile,
                  RowId row_in_chunk, const models::Predictions::View& out, float* mean)
{
    thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), tile_rows = static_cast<std::size_t>(tiling.tile_rows);
    const auto width = out.extent(1), targets = out.extent(2);
    const auto form = surrogate.ensemble.form;
    float* features = feature_buffer.room_for(tile_rows * columns);
    float* predicted = prediction_buffer.room_for(tile_rows * width * targets);

    const RowId rows = tiling.rows_in(tile);
    pool::decode(shard, scaling, tiling.first_row(tile), rows, features);
    std::fill(features + static_cast<std::size_t>(rows) * columns, features + tile_rows * columns, 0.0F);
    surrogate.ensemble.predict(features, tiling.tile_rows, predicted);
    const models::Predictions::View all(predicted, tile_rows, width, targets);
    for (RowId i = 0; i < rows; ++i) {
        for (std::size_t t = 0; t < targets; ++t) {
            for (std::size_t m = 0; m < width; ++m) {
                if (!std::isfinite(all(i, m, t))) {
                    fail("{}: the prediction for row {} is not a number; the surrogate has diverged, try other options in [surrogate]", shard.info.path, tiling.first_row(tile) + i);
                }
                if (form == models::Form::members) out(row_in_chunk + i, m, t) = static_cast<float>(surrogate.standard.merit(static_cast<double>(all(i, m, t)), goals[t], t));
            }
            const bool is_needed = form == models::Form::moments || mean != nullptr;
            if (!is_needed) continue;
            const auto predicted_moments = models::moments(all, form, i, static_cast<int>(t));
            if (mean != nullptr) mean[static_cast<std::size_t>(i) * targets + t] = static_cast<float>(predicted_moments.mean);
            if (form == models::Form::members) continue;
            const auto merit = surrogate.standard.merit(predicted_moments, goals[t], t);
            out(row_in_chunk + i, 0, t) = static_cast<float>(merit.mean);
            out(row_in_chunk + i, 1, t) = static_cast<float>(merit.variance);
        }
    }
}

/// Scores of this rank's rows, and mean predictions if they are wanted. Tiles are taken a few at a time: their predictions stay in cache until they are
/// scored, and only scores and means are kept.
/// \param rule  null: no scores are wanted
PoolPredictions look_at_pool(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const acquisition::Score* rule, bool wants_means,
                             const Surrogate* surrogate, std::uint32_t iteration, Work& work, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    const RowId tiles_per_chunk = 2 * parallel::host_threads();
    const auto own = static_cast<std::size_t>(shard.share.rows()), targets = file.goals.size();
    PoolPredictions found{std::vector<double>(rule != nullptr ? own : 0), std::vector<float>(wants_means ? own * targets : 0)};
    if (rule == nullptr && !wants_means) return found;
    acquisition::ScoreContext context{file.seed(), iteration, surrogate != nullptr ? surrogate->incumbent : std::vector<double>()};
    models::Predictions predictions;
    if (surrogate != nullptr) {
        predictions.member = models::Predictions::View("predictions", static_cast<std::size_t>(tiles_per_chunk * tiling.tile_rows),
                                                       static_cast<std::size_t>(surrogate->ensemble.width()), targets);
        predictions.form = surrogate->ensemble.form;
    }
    together(ranks, [&] {
        for (RowId first = shard.share.first_tile; first < shard.share.end_tile && !stop_requested(); first += tiles_per_chunk) {
            Share chunk{first, std::min(first + tiles_per_chunk, shard.share.end_tile), tiling.first_row(first), 0};
            chunk.end_row = std::min(tiling.first_row(chunk.end_tile), tiling.rows);
            predictions.first_row = chunk.first_row;
            predictions.rows = chunk.rows();
            if (surrogate != nullptr) {
                parallel::for_each_tile("models/predict", chunk, [&](RowId tile) {
                    if (stop_requested()) return;
                    float* mean = wants_means ? found.mean.data() + static_cast<std::size_t>(tiling.first_row(tile) - shard.share.first_row) * targets : nullptr;
                    predict_tile(shard, scaling, *surrogate, file.goals, tile, tiling.first_row(tile) - chunk.first_row, predictions.member, mean);
                });
            }
            if (rule != nullptr) {
                rule->evaluate(predictions, context, std::span(found.score).subspan(static_cast<std::size_t>(chunk.first_row - shard.share.first_row), static_cast<std::size_t>(chunk.rows())));
            }
            log::progress("score", static_cast<double>(chunk.end_row - shard.share.first_row), static_cast<double>(shard.share.rows()), "rows");
        }
    });
    log::end_progress();
    if (surrogate != nullptr) {
        work.bytes += static_cast<double>(shard.share.rows()) * static_cast<double>(shard.info.row_bytes());
        work.flops += static_cast<double>(shard.share.rows()) * surrogate->ensemble.flops_per_row;
    }
    parallel::stop_if_asked(ranks);
    return found;
}

/// What the surrogate says of the chosen rows, in raw units, for the journal.
void describe_batch(BatchEvent& batch, const pool::Shard& shard, const pool::Scaling& scaling, const Surrogate& surrogate, const Communicator& ranks)
{
    const auto features = pool::gather_rows(shard, scaling, batch.rows, ranks);
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

BatchEvent propose(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, const problems::TestSet& test,
                   parallel::StageRecord& stages, const Communicator& ranks)
{
    BatchEvent batch;
    batch.iteration = state.next_iteration();
    const auto iteration = static_cast<std::uint32_t>(batch.iteration);
    const auto selection = Registration<selection::Selection>::all().at(file.selection.kind)->make(file.selection.options);
    std::optional<acquisition::Score> rule;
    if (!file.acquisition.kind.empty()) rule = Registration<acquisition::Score>::all().at(file.acquisition.kind)->make(file.acquisition.options);

    std::optional<Fitted> fitted;
    const bool is_tested = test.rows > 0 && !file.surrogate.kind.empty();
    const bool predicts_pool = (rule && rule->needs_model) || selection.needs_predictions;
    if (predicts_pool || selection.needs_posterior || is_tested) {
        fitted = stages.time(batch.iteration, "fit", [&](Work&) { return fit(file, shard, scaling, rule, state, iteration, ranks); });
    }
    const auto found = stages.time(batch.iteration, "score", [&](Work& work) {
        const auto look = [&](const acquisition::Score* by, bool wants_means, const Surrogate* surrogate) {
            return look_at_pool(file, shard, scaling, by, wants_means, surrogate, iteration, work, ranks);
        };
        const bool in_one_pass = !fitted || !fitted->own_model;
        auto predictions = look(rule ? &*rule : nullptr, selection.needs_predictions && in_one_pass, predicts_pool ? &fitted->scored_by() : nullptr);
        if (!in_one_pass) predictions.mean = look(nullptr, selection.needs_predictions, &fitted->surrogate).mean;
        return predictions;
    });
    batch.rows = stages.time(batch.iteration, "select", [&](Work& work) {
        std::vector<RowId> labelled;
        for (const auto& [row, values] : state.labelled) labelled.push_back(row);
        selection::SelectionInput input{shard, scaling, found.score, state.rows, labelled, file.campaign.whole("batch"), ranks, work, file.seed(), iteration};
        input.predicted = found.mean;
        if (fitted) input.values = fitted->surrogate.values;
        if (fitted && fitted->surrogate.ensemble.posterior) input.posterior = &*fitted->surrogate.ensemble.posterior;
        return selection.choose(input);
    });
    if (batch.rows.empty()) return batch;
    if (rule) batch.scores = gather_scores(found.score, batch.rows, shard.share, ranks);
    if (fitted) describe_batch(batch, shard, scaling, fitted->surrogate, ranks);
    if (is_tested) {
        const double mse = stages.time(batch.iteration, "test", [&](Work&) {
            return mean_squared_error(fitted->surrogate.ensemble, fitted->surrogate.standard, scaling, test, ranks);
        });
        if (std::isfinite(mse)) batch.diagnostics = fmt::format("{{\"figures\":{{\"test_mse\":{}}}}}", mse);
    }
    return batch;
}

}  // namespace sluice::campaign
