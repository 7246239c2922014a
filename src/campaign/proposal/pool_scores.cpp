#include "campaign/proposal/pool_scores.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/class_shares.hpp"
#include "models/predictions.hpp"
#include "parallel/aligned_floats.hpp"
#include "parallel/for_each_tile.hpp"
#include "parallel/runtime.hpp"
#include "parallel/tile_sums.hpp"

#include <cmath>

namespace sluice::campaign {

namespace {

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
void predict_tile(const Iteration& iteration, const Surrogate& surrogate, RowId tile, RowId row_in_chunk, const models::Predictions::View& out, float* mean)
{
    const auto& shard = iteration.shard;
    const auto& goals = iteration.goals;
    thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), tile_rows = static_cast<std::size_t>(tiling.tile_rows);
    const auto width = out.extent(1), targets = out.extent(2);
    const auto form = surrogate.ensemble.form;
    float* features = feature_buffer.room_for(tile_rows * columns);
    float* predicted = prediction_buffer.room_for(tile_rows * width * targets);

    const RowId rows = tiling.rows_in(tile);
    decode_padded(shard, iteration.scaling, tile, features);
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
std::vector<double> score_features(const Iteration& iteration, const models::RowScore& score, Work& work)
{
    const auto& shard = iteration.shard;
    const Tiling tiling = shard.info.tiling();
    std::vector<double> found(static_cast<std::size_t>(shard.share.rows()));
    together(iteration.ranks, [&] {
        parallel::for_each_tile("acquisition/features", shard.share, [&](RowId tile) {
            if (stop_requested()) return;
            thread_local parallel::AlignedFloats buffer;
            thread_local std::vector<double> said;
            float* features = buffer.room_for(static_cast<std::size_t>(tiling.tile_rows * shard.info.columns));
            said.resize(static_cast<std::size_t>(tiling.tile_rows));
            decode_padded(shard, iteration.scaling, tile, features);
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
    parallel::stop_if_asked(iteration.ranks);
    return found;
}

/// The mean over the unlabelled rows of what the surrogate predicts for each. \param mean  [own rows, targets]
std::vector<double> mean_over_pool(const Iteration& iteration, const std::vector<float>& mean)
{
    const auto& shard = iteration.shard;
    const auto targets = iteration.goals.size();
    const Tiling tiling = shard.info.tiling();
    auto sums = parallel::sum_over_tiles("campaign/pool_mean", tiling, shard.share, targets + 1, iteration.ranks, [&](RowId tile, double* sum) {
        for (RowId row = tiling.first_row(tile); row < tiling.first_row(tile) + tiling.rows_in(tile); ++row) {
            const auto local = static_cast<std::size_t>(row - shard.share.first_row);
            if (iteration.state.rows[local] != pool::RowState::unlabelled) continue;
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
std::vector<float> initial_features(const Iteration& iteration)
{
    const auto& state = iteration.state;
    std::vector<RowId> rows;
    for (const auto& [row, values] : state.labelled) {
        if (state.asked.at(row) == 0) rows.push_back(row);
    }
    return pool::gather_rows(iteration.shard, iteration.scaling, rows, iteration.ranks);
}

/// Tiles are taken a few at a time: their predictions stay in cache until they are
/// scored, and only scores and means are kept.
/// \param rule  null: no scores are wanted
PoolScores look_at_pool(const Iteration& iteration, const acquisition::Score* rule, bool wants_means, const Surrogate* surrogate, const Truth& truth, Work& work)
{
    const auto& shard = iteration.shard;
    const Tiling tiling = shard.info.tiling();
    const RowId tiles_per_chunk = 2 * parallel::host_threads();
    const auto own = static_cast<std::size_t>(shard.share.rows()), targets = iteration.goals.size();
    PoolScores found{std::vector<double>(rule != nullptr ? own : 0), std::vector<float>(wants_means ? own * targets : 0)};
    if (rule == nullptr && !wants_means) return found;
    acquisition::ScoreContext context{iteration.file.seed(), iteration.key(), surrogate != nullptr ? surrogate->incumbent : std::vector<double>()};
    models::Predictions predictions;
    if (surrogate != nullptr) {
        predictions.member = models::Predictions::View("predictions", static_cast<std::size_t>(tiles_per_chunk * tiling.tile_rows),
                                                       static_cast<std::size_t>(surrogate->ensemble.width()), targets);
        predictions.form = surrogate->ensemble.form;
    }
    together(iteration.ranks, [&] {
        for (RowId first = shard.share.first_tile; first < shard.share.end_tile && !stop_requested(); first += tiles_per_chunk) {
            Share chunk{first, std::min(first + tiles_per_chunk, shard.share.end_tile), tiling.first_row(first), 0};
            chunk.end_row = std::min(tiling.first_row(chunk.end_tile), tiling.rows);
            predictions.first_row = chunk.first_row;
            predictions.rows = chunk.rows();
            if (surrogate != nullptr) {
                parallel::for_each_tile("models/predict", chunk, [&](RowId tile) {
                    if (stop_requested()) return;
                    float* mean = wants_means ? found.mean.data() + static_cast<std::size_t>(tiling.first_row(tile) - shard.share.first_row) * targets : nullptr;
                    predict_tile(iteration, *surrogate, tile, tiling.first_row(tile) - chunk.first_row, predictions.member, mean);
                });
            }
            if (rule != nullptr) {
                if (rule->needs_truth) context.truth = true_merits(truth, surrogate->standard, iteration.goals, chunk, tiling);
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
    parallel::stop_if_asked(iteration.ranks);
    return found;
}

}  // namespace

PoolScores score_pool(const Iteration& iteration, const acquisition::Score* rule, bool wants_means, const Fitted* fitted, const Truth& truth, Work& work)
{
    const auto learned = learned_truth(truth, iteration.file);
    const auto look = [&](const acquisition::Score* by, bool with_means, const Surrogate* surrogate) { return look_at_pool(iteration, by, with_means, surrogate, learned, work); };
    const bool by_features = rule != nullptr && rule->of_features, has_own_model = fitted != nullptr && fitted->own_model;
    if (!by_features && !has_own_model) return look(rule, wants_means, fitted != nullptr ? &fitted->surrogate : nullptr);
    PoolScores found;
    found.mean = look(nullptr, wants_means || rule->needs_output_change, &fitted->surrogate).mean;
    if (!by_features) {
        found.score = look(rule, false, &fitted->scored_by()).score;
        return found;
    }
    models::ChangeBasis basis;
    if (rule->needs_output_change) basis = {initial_features(iteration), mean_over_pool(iteration, found.mean)};
    found.score = score_features(iteration, rule->of_features({fitted->scored_by().ensemble, std::move(basis)}), work);
    return found;
}

}  // namespace sluice::campaign
