#include "campaign/propose.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/class_shares.hpp"
#include "campaign/standardised_targets.hpp"
#include "campaign/test_error.hpp"
#include "models/ensemble.hpp"
#include "models/predictions.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"
#include "parallel/tile_sums.hpp"

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

/// Some of the labelled rows as the surrogate sees them.
struct Lesson {
    StandardisedTargets standard;
    models::TrainingSet data;
};

/// What is fitted, to what, and by whom.
struct Fitting {
    const CampaignFile& file;
    const std::vector<problems::Goal>& goals;  ///< as models learn them
    const pool::Shard& shard;
    const pool::Scaling& scaling;
    const Communicator& ranks;

    Lesson lesson(const std::map<RowId, std::vector<double>>& labelled) const
    {
        const auto targets = goals.size();
        const auto learned = learned_labels(labelled, file.goals);
        Lesson made{file.learns_raw_targets() || file.classifies() ? raw_targets(targets) : standardise_targets(learned, targets), {}};
        made.data = training_set(shard, scaling, learned, made.standard, ranks);
        return made;
    }

    models::Ensemble fit(const models::Family& family, const models::TrainingSet& data, std::int64_t iteration, const std::vector<models::Member>& before) const
    {
        const auto members = static_cast<int>(file.surrogate_common.whole("members")), block = static_cast<int>(file.surrogate_common.whole("member_block"));
        return models::fit_ensemble(family, data, members, std::min(block, members), {file.seed(), static_cast<std::uint32_t>(iteration)}, ranks, before);
    }
};

/// Brings what is remembered up to the iteration before this one: in a run that goes on from its files, the fits since its checkpoint are made once more.
void catch_up(LastFit& last, const Fitting& fitting, const models::Family& family, const State& state, std::int64_t iteration)
{
    constexpr std::size_t fewest = 2;  // as the campaign has it: with less, nothing was fitted
    if (last.iteration >= iteration) last = {};
    for (auto earlier = last.iteration + 1; earlier < iteration; ++earlier) {
        std::map<RowId, std::vector<double>> labelled;
        for (const auto& [row, values] : state.labelled) {
            if (state.asked.at(row) < earlier) labelled.emplace(row, values);
        }
        if (labelled.size() < fewest) continue;
        last = {earlier, fitting.fit(family, fitting.lesson(labelled).data, earlier, last.members).trained};
    }
}

Fitted fit(const Fitting& fitting, const std::optional<acquisition::Score>& rule, const State& state, LastFit& last, std::int64_t iteration)
{
    const auto& file = fitting.file;
    auto [standard, data] = fitting.lesson(state.labelled);
    Surrogate surrogate;
    surrogate.standard = std::move(standard);
    surrogate.values.assign(data.y.begin(), data.y.end());
    surrogate.incumbent = incumbents(data, surrogate.standard, fitting.goals);
    const auto family = Registration<models::Family>::all().at(file.surrogate.kind)->make(file.surrogate.options);
    if (family.is_warm) catch_up(last, fitting, family, state, iteration);
    surrogate.ensemble = fitting.fit(family, data, iteration, last.members);
    if (family.is_warm) last = {iteration, surrogate.ensemble.trained};
    Fitted fitted{surrogate, {}};
    if (rule && rule->own_model) {
        constexpr std::uint32_t of_the_score = 1;  // beside the surrogate's fit, 0
        fitted.own_model = std::move(surrogate);
        fitted.own_model->ensemble = models::fit_ensemble(*rule->own_model, data, 1, 1, {file.seed(), static_cast<std::uint32_t>(iteration), of_the_score}, fitting.ranks);
    }
    return fitted;
}

/// What one pass over the pool tells of this rank's rows.
struct PoolPredictions {
    std::vector<double> score;  ///< [own rows], or empty
    std::vector<float> mean;    ///< [own rows, targets] of the members, standardised; or empty
};

/// Decodes a tile with its full number of rows, the last one padded with zeros. \param out  room for a tile
void decode_padded(const pool::Shard& shard, const pool::Scaling& scaling, RowId tile, float* out)
{
    const Tiling tiling = shard.info.tiling();
    const RowId rows = tiling.rows_in(tile), columns = shard.info.columns;
    pool::decode(shard, scaling, tiling.first_row(tile), rows, out);
    std::fill(out + rows * columns, out + tiling.tile_rows * columns, 0.0F);
}

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
    decode_padded(shard, scaling, tile, features);
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

/// The labels of some tiles' rows, as merits.
std::vector<double> true_merits(const Truth& truth, const StandardisedTargets& standard, const std::vector<problems::Goal>& goals, const Share& tiles, const Tiling& tiling)
{
    const auto targets = goals.size();
    std::vector<double> y(static_cast<std::size_t>(tiles.rows()) * targets);
    parallel::for_each_tile("problems/truth", tiles, [&](RowId tile) {
        const auto first = static_cast<std::size_t>(tiling.first_row(tile) - tiles.first_row) * targets, count = static_cast<std::size_t>(tiling.rows_in(tile)) * targets;
        truth(tiling.first_row(tile), tiling.rows_in(tile), y.data() + first);
        for (std::size_t i = first; i < first + count; ++i) y[i] = standard.merit(standard.standardised(y[i], i % targets), goals[i % targets], i % targets);
    });
    return y;
}

/// The same as models learn it.
Truth learned_truth(const Truth& truth, const CampaignFile& file)
{
    if (!truth || !file.classifies()) return truth;
    return [&truth, &file](RowId first, RowId rows, double* out) {
        std::vector<double> classes(static_cast<std::size_t>(rows));
        truth(first, rows, classes.data());
        for (const double& value : classes) {
            const auto shares = learned_values({&value, 1}, file.goals);
            out = std::copy(shares.begin(), shares.end(), out);
        }
    };
}

/// Scores of this rank's rows by their features.
std::vector<double> score_features(const pool::Shard& shard, const pool::Scaling& scaling, const models::RowScore& score, Work& work, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    std::vector<double> found(static_cast<std::size_t>(shard.share.rows()));
    together(ranks, [&] {
        parallel::for_each_tile("acquisition/features", shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            thread_local parallel::AlignedFloats buffer;
            thread_local std::vector<double> said;
            float* features = buffer.room_for(static_cast<std::size_t>(tiling.tile_rows * shard.info.columns));
            said.resize(static_cast<std::size_t>(tiling.tile_rows));
            decode_padded(shard, scaling, tile, features);
            score(features, tiling.tile_rows, said.data());
            const RowId first = tiling.first_row(tile);
            for (RowId i = 0; i < tiling.rows_in(tile); ++i) {
                const double value = said[static_cast<std::size_t>(i)];
                if (!std::isfinite(value)) fail("{}: the score of row {} is not a number; the model has diverged, try other options", shard.info.path, first + i);
                found[static_cast<std::size_t>(first + i - shard.share.first_row)] = value;
            }
        });
    });
    work.bytes += static_cast<double>(shard.share.rows()) * static_cast<double>(shard.info.row_bytes());
    parallel::stop_if_asked(ranks);
    return found;
}

/// The mean over the unlabelled rows of what the surrogate predicts for each. \param mean  [own rows, targets]
std::vector<double> mean_over_pool(const pool::Shard& shard, const State& state, const std::vector<float>& mean, std::size_t targets, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    auto sums = parallel::sum_over_tiles("campaign/pool_mean", tiling, shard.share, targets + 1, ranks, [&](RowId tile, double* sum) {
        for (RowId row = tiling.first_row(tile); row < tiling.first_row(tile) + tiling.rows_in(tile); ++row) {
            const auto local = static_cast<std::size_t>(row - shard.share.first_row);
            if (state.rows[local] != pool::RowState::unlabelled) continue;
            for (std::size_t t = 0; t < targets; ++t) sum[t] += static_cast<double>(mean[local * targets + t]);
            sum[targets] += 1;
        }
    });
    const double count = std::max(sums.back(), 1.0);
    sums.pop_back();
    for (auto& sum : sums) sum /= count;
    return sums;
}

/// Features of the labelled rows that the campaign started from, scaled. Collective.
std::vector<float> initial_features(const pool::Shard& shard, const pool::Scaling& scaling, const State& state, const Communicator& ranks)
{
    std::vector<RowId> rows;
    for (const auto& [row, values] : state.labelled) {
        if (state.asked.at(row) == 0) rows.push_back(row);
    }
    return pool::gather_rows(shard, scaling, rows, ranks);
}

/// Scores of this rank's rows, and mean predictions if they are wanted. Tiles are taken a few at a time: their predictions stay in cache until they are
/// scored, and only scores and means are kept.
/// \param rule  null: no scores are wanted
PoolPredictions look_at_pool(const CampaignFile& file, const std::vector<problems::Goal>& goals, const pool::Shard& shard, const pool::Scaling& scaling,
                             const acquisition::Score* rule, bool wants_means, const Surrogate* surrogate, const Truth& truth, std::uint32_t iteration, Work& work, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    const RowId tiles_per_chunk = 2 * parallel::host_threads();
    const auto own = static_cast<std::size_t>(shard.share.rows()), targets = goals.size();
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
                    predict_tile(shard, scaling, *surrogate, goals, tile, tiling.first_row(tile) - chunk.first_row, predictions.member, mean);
                });
            }
            if (rule != nullptr) {
                if (rule->needs_truth) context.truth = true_merits(truth, surrogate->standard, goals, chunk, tiling);
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

BatchEvent propose(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, const problems::TestSet& test, const Truth& truth,
                   LastFit& last_fit, parallel::StageRecord& stages, const Communicator& ranks)
{
    BatchEvent batch;
    batch.iteration = state.next_iteration();
    const auto iteration = static_cast<std::uint32_t>(batch.iteration);
    const auto selection = Registration<selection::Selection>::all().at(file.selection.kind)->make(file.selection.options);
    std::optional<acquisition::Score> rule;
    if (!file.acquisition.kind.empty()) rule = Registration<acquisition::Score>::all().at(file.acquisition.kind)->make(file.acquisition.options);

    const auto goals = learned_goals(file.goals);
    const auto learned = learned_truth(truth, file);
    std::optional<Fitted> fitted;
    const bool is_tested = test.rows > 0 && !file.surrogate.kind.empty();
    const bool predicts_pool = (rule && rule->needs_model) || selection.needs_predictions;
    if (predicts_pool || selection.needs_posterior || is_tested) {
        fitted = stages.time(batch.iteration, "fit", [&](Work&) { return fit({file, goals, shard, scaling, ranks}, rule, state, last_fit, batch.iteration); });
    }
    const auto found = stages.time(batch.iteration, "score", [&](Work& work) {
        const auto look = [&](const acquisition::Score* by, bool wants_means, const Surrogate* surrogate) {
            return look_at_pool(file, goals, shard, scaling, by, wants_means, surrogate, learned, iteration, work, ranks);
        };
        const bool by_features = rule && rule->of_features;
        const bool in_one_pass = !by_features && (!fitted || !fitted->own_model);
        if (in_one_pass) return look(rule ? &*rule : nullptr, selection.needs_predictions, predicts_pool ? &fitted->surrogate : nullptr);
        PoolPredictions predictions;
        const bool needs_change = rule->needs_output_change;
        predictions.mean = look(nullptr, selection.needs_predictions || needs_change, &fitted->surrogate).mean;
        if (!by_features) {
            predictions.score = look(&*rule, false, &fitted->scored_by()).score;
            return predictions;
        }
        models::ChangeBasis basis;
        if (needs_change) basis = {initial_features(shard, scaling, state, ranks), mean_over_pool(shard, state, predictions.mean, goals.size(), ranks)};
        predictions.score = score_features(shard, scaling, rule->of_features({fitted->scored_by().ensemble, std::move(basis)}), work, ranks);
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
        const auto figures = stages.time(batch.iteration, "test", [&](Work&) {
            const auto& tested = fitted->surrogate;
            return file.classifies() ? class_figures(tested.ensemble, goals.size(), scaling, test, ranks) : error_figures(tested.ensemble, tested.standard, scaling, test, ranks);
        });
        batch.diagnostics = to_diagnostics(figures);
    }
    return batch;
}

}  // namespace sluice::campaign
