#include "campaign/propose.hpp"

#include "base/log.hpp"
#include "base/signals.hpp"
#include "campaign/standardised_targets.hpp"
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
    models::Ensemble ensemble;
    std::vector<double> incumbent;
};

Surrogate fit(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, std::uint32_t iteration, const Communicator& ranks)
{
    Surrogate surrogate;
    surrogate.standard = standardise_targets(state.labelled, file.goals.size());
    const auto data = training_set(shard, scaling, state.labelled, surrogate.standard, ranks);
    surrogate.incumbent = incumbents(data, surrogate.standard, file.goals);
    const auto family = Registration<models::Family>::all().at(file.surrogate.kind)->make(file.surrogate.options);
    const auto members = static_cast<int>(file.surrogate_common.whole("members")), block = static_cast<int>(file.surrogate_common.whole("member_block"));
    surrogate.ensemble = models::fit_ensemble(family, data, members, std::min(block, members), {file.seed(), iteration}, ranks);
    return surrogate;
}

/// Predictions of the rows of one tile, as merits. A tile is predicted with its full number of rows, the last one padded with zeros: the shape of a
/// matrix product decides its rounding.
void predict_tile(const pool::Shard& shard, const pool::Scaling& scaling, const Surrogate& surrogate, const std::vector<problems::Goal>& goals, RowId tile,
                  RowId row_in_chunk, const models::Predictions::View& out)
{
    thread_local parallel::AlignedFloats feature_buffer, prediction_buffer;
    const Tiling tiling = shard.info.tiling();
    const auto columns = static_cast<std::size_t>(shard.info.columns), tile_rows = static_cast<std::size_t>(tiling.tile_rows);
    const auto members = out.extent(1), targets = out.extent(2);
    float* features = feature_buffer.room_for(tile_rows * columns);
    float* predicted = prediction_buffer.room_for(tile_rows * members * targets);

    const RowId rows = tiling.rows_in(tile);
    pool::decode(shard, scaling, tiling.first_row(tile), rows, features);
    std::fill(features + static_cast<std::size_t>(rows) * columns, features + tile_rows * columns, 0.0F);
    surrogate.ensemble.predict(features, tiling.tile_rows, predicted);
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
        for (std::size_t m = 0; m < members; ++m) {
            for (std::size_t t = 0; t < targets; ++t) {
                const auto value = static_cast<double>(predicted[(i * members + m) * targets + t]);
                if (!std::isfinite(value)) {
                    fail("{}: the prediction for row {} is not a number; the surrogate has diverged, try other options in [surrogate]", shard.info.path,
                         tiling.first_row(tile) + static_cast<RowId>(i));
                }
                out(static_cast<std::size_t>(row_in_chunk) + i, m, t) = static_cast<float>(surrogate.standard.merit(value, goals[t], t));
            }
        }
    }
}

/// Scores of this rank's rows. Tiles are taken a few at a time: their predictions stay in cache until they are scored, and only scores are kept.
std::vector<double> score(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const acquisition::Score& rule, const Surrogate* surrogate,
                          std::uint32_t iteration, Work& work, const Communicator& ranks)
{
    const Tiling tiling = shard.info.tiling();
    const RowId tiles_per_chunk = 2 * parallel::host_threads();
    std::vector<double> scores(static_cast<std::size_t>(shard.share.rows()));
    acquisition::ScoreContext context{file.seed(), iteration, surrogate != nullptr ? surrogate->incumbent : std::vector<double>()};
    models::Predictions predictions;
    if (surrogate != nullptr) {
        predictions.member = models::Predictions::View("predictions", static_cast<std::size_t>(tiles_per_chunk * tiling.tile_rows),
                                                       static_cast<std::size_t>(surrogate->ensemble.members), file.goals.size());
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
                    predict_tile(shard, scaling, *surrogate, file.goals, tile, tiling.first_row(tile) - chunk.first_row, predictions.member);
                });
            }
            rule.evaluate(predictions, context, std::span(scores).subspan(static_cast<std::size_t>(chunk.first_row - shard.share.first_row), static_cast<std::size_t>(chunk.rows())));
            log::progress("score", static_cast<double>(chunk.end_row - shard.share.first_row), static_cast<double>(shard.share.rows()), "rows");
        }
    });
    log::end_progress();
    if (surrogate != nullptr) {
        work.bytes += static_cast<double>(shard.share.rows()) * static_cast<double>(shard.info.row_bytes());
        work.flops += static_cast<double>(shard.share.rows()) * surrogate->ensemble.flops_per_row;
    }
    parallel::stop_if_asked(ranks);
    return scores;
}

/// What the surrogate says of the chosen rows, in raw units, for the journal.
void describe_batch(BatchEvent& batch, const pool::Shard& shard, const pool::Scaling& scaling, const Surrogate& surrogate, const Communicator& ranks)
{
    const auto features = pool::gather_rows(shard, scaling, batch.rows, ranks);
    const auto members = static_cast<std::size_t>(surrogate.ensemble.members), targets = surrogate.standard.mean.size();
    std::vector<float> predicted(batch.rows.size() * members * targets);
    surrogate.ensemble.predict(features.data(), static_cast<std::int64_t>(batch.rows.size()), predicted.data());
    const models::Predictions::View view(predicted.data(), batch.rows.size(), members, targets);
    for (std::size_t i = 0; i < batch.rows.size(); ++i) {
        batch.mean.emplace_back();
        batch.sd.emplace_back();
        for (std::size_t t = 0; t < targets; ++t) {
            const auto m = models::moments(view, static_cast<RowId>(i), static_cast<int>(t));
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

BatchEvent propose(const CampaignFile& file, const pool::Shard& shard, const pool::Scaling& scaling, const State& state, parallel::StageRecord& stages, const Communicator& ranks)
{
    BatchEvent batch;
    batch.iteration = state.next_iteration();
    const auto iteration = static_cast<std::uint32_t>(batch.iteration);
    const auto rule = Registration<acquisition::Score>::all().at(file.acquisition.kind)->make(file.acquisition.options);

    std::optional<Surrogate> surrogate;
    if (rule.needs_model) surrogate = stages.time(batch.iteration, "fit", [&](Work&) { return fit(file, shard, scaling, state, iteration, ranks); });
    const auto scores = stages.time(batch.iteration, "score", [&](Work& work) { return score(file, shard, scaling, rule, surrogate ? &*surrogate : nullptr, iteration, work, ranks); });
    batch.rows = stages.time(batch.iteration, "select", [&](Work& work) {
        std::vector<RowId> labelled;
        for (const auto& [row, values] : state.labelled) labelled.push_back(row);
        const auto select = Registration<selection::Selection>::all().at(file.selection.kind)->make(file.selection.options);
        return select({shard, scaling, scores, state.rows, labelled, file.campaign.whole("batch"), ranks, work, file.seed(), iteration});
    });
    if (batch.rows.empty()) return batch;
    batch.scores = gather_scores(scores, batch.rows, shard.share, ranks);
    if (surrogate) describe_batch(batch, shard, scaling, *surrogate, ranks);
    return batch;
}

}  // namespace sluice::campaign
