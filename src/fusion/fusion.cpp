#include "fusion/candidate_order.hpp"
#include "fusion/channels.hpp"
#include "fusion/clustering/cluster_relative_weights.hpp"
#include "fusion/clustering/clustering.hpp"
#include "fusion/combine_targets.hpp"
#include "fusion/density_test.hpp"
#include "fusion/diagnostics.hpp"
#include "fusion/expected_hypervolume_improvement.hpp"
#include "fusion/exploration.hpp"
#include "fusion/generated_candidates.hpp"
#include "fusion/residual_correlation.hpp"
#include "fusion/search_region.hpp"
#include "fusion/spread_batch.hpp"
#include "fusion/structural_trend.hpp"
#include "fusion/structural_weight.hpp"
#include "parallel/first_k.hpp"
#include "parallel/tile_sums.hpp"
#include "pool/drawn_rows.hpp"
#include "pool/scaled.hpp"
#include "pool/standardise.hpp"
#include "selection/strategy.hpp"

#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t screen_rows = 20000;

/// What keys the clusterings of an iteration.
enum ClusteringCall : std::uint16_t { labelled_rows, screen, trajectory, pool_sample };

/// Mean 0 and population deviation 1 over some rows; a constant column keeps its unit. \param x  [rows, columns], raw
/// Source: specs: fusion, 4.2.
pool::Scaling scaling_of_rows(const std::vector<float>& x, std::int64_t columns)
{
    pool::Scaling scaling;
    const auto rows = static_cast<std::int64_t>(x.size()) / columns;
    for (std::int64_t c = 0; c < columns; ++c) {
        double mean = 0, squares = 0;
        for (std::int64_t i = 0; i < rows; ++i) mean += static_cast<double>(x[static_cast<std::size_t>(i * columns + c)]) / static_cast<double>(rows);
        for (std::int64_t i = 0; i < rows; ++i) squares += std::pow(static_cast<double>(x[static_cast<std::size_t>(i * columns + c)]) - mean, 2);
        const double deviation = std::sqrt(squares / static_cast<double>(rows));
        scaling.shift.push_back(static_cast<float>(mean));
        scaling.factor.push_back(deviation > 0 ? static_cast<float>(1 / deviation) : 1.0F);
    }
    return scaling;
}

/// [0, 1] over some rows; a constant column keeps its unit. \param x  [rows, columns], raw
/// Source: specs: fusion, 4.2, synthetic functions.
pool::Scaling unit_box_of_rows(const std::vector<float>& x, std::int64_t columns)
{
    pool::Scaling scaling;
    for (std::size_t c = 0; c < static_cast<std::size_t>(columns); ++c) {
        float low = x[c], high = x[c];
        for (std::size_t i = c; i < x.size(); i += static_cast<std::size_t>(columns)) low = std::min(low, x[i]), high = std::max(high, x[i]);
        scaling.shift.push_back(low);
        scaling.factor.push_back(high > low ? 1 / (high - low) : 1.0F);
    }
    return scaling;
}

/// Features of rows that were asked for, raw.
std::vector<float> features_of(const StrategyInput& in, const std::vector<RowId>& rows)
{
    if (!in.domain) return pool::gather_rows(in.shard, pool::Scaling::identity(in.shard.info.columns), rows, in.ranks);
    std::vector<float> x;
    for (const auto row : rows) x.insert(x.end(), in.points[static_cast<std::size_t>(row)].begin(), in.points[static_cast<std::size_t>(row)].end());
    return x;
}

/// What an iteration looks at: labelled rows, and without a pool the box in which candidates are generated.
struct Scope {
    std::vector<RowId> rows;
    std::vector<std::vector<double>> values;  ///< [rows][targets], raw units
    std::optional<pool::Domain> box;
    pool::Scaling scaling;                    ///< as `pool` in feature_scaling asks: of the pool or the box
    TermRange terms = TermRange::linear;      ///< of linear families
};

Scope scope_of(const StrategyInput& in, const Switches& switches)
{
    Scope all{.rows = {}, .values = {}, .box = in.domain, .scaling = in.scaling};
    for (const auto& [row, answer] : in.labelled) {
        all.rows.push_back(row);
        all.values.push_back(answer);
    }
    if (!in.domain) return all;
    if (switches.additive_terms) all.terms = TermRange::splines;
    if (switches.search_region == "domain") return all;

    const auto merit = summed_merit(labelled_set(all.rows, all.values, {}, in.domain->columns(), in.goals, true));
    const auto asked = static_cast<RowId>(in.points.size());
    const auto initial = std::max<RowId>(asked - (in.iteration - 1) * in.count, 0);
    const auto region = search_region(*in.domain, {all.rows, merit, in.points, initial, in.count, switches.search_region == "alternating"});
    if (region.is_domain) return all;
    Scope scope{.rows = {}, .values = {}, .box = region.box, .scaling = pool::standardising(region.box)};
    if (switches.additive_terms) scope.terms = TermRange::squares;
    for (const auto i : region.rows) {
        scope.rows.push_back(all.rows[i]);
        scope.values.push_back(all.values[i]);
    }
    return scope;
}

/// Weights of 6.2, with the noise's share that the switch asks for.
std::vector<double> biased_weights(const std::vector<std::int32_t>& cluster, const std::vector<double>& merit, bool fair_noise)
{
    constexpr double noise_mass = 0.1;
    return cluster_relative_weights(cluster, merit, noise_mass, fair_noise ? NoiseShare::at_least_of_rows : NoiseShare::fixed);
}

/// Global rows that are no candidates, on every rank: asked for, failed or excluded.
std::vector<RowId> not_candidates(const Candidates& candidates, const Communicator& ranks)
{
    std::vector<RowId> own;
    for (std::size_t i = 0; i < candidates.state.size(); ++i) {
        if (!candidates.has(i)) own.push_back(candidates.share.first_row + static_cast<RowId>(i));
    }
    return ranks.gather(std::span<const RowId>(own));
}

ClusteringMethods competing(const Switches& switches)
{
    return {.k_means = true, .mixture = true, .hdbscan = true, .leiden = switches.leiden};
}

/// The best candidates, the same on every rank, in descending order.
struct Screen {
    std::vector<Ranked> rows;
    std::vector<float> x;  ///< [rows, columns], scaled
};

std::vector<Ranked> best_candidates(std::span<const double> score, const Candidates& candidates, const Communicator& ranks)
{
    std::vector<Ranked> own;
    for (std::size_t i = 0; i < score.size(); ++i) {
        if (candidates.has(i)) own.push_back({score[i], candidates.share.first_row + static_cast<RowId>(i)});
    }
    return parallel::first_k(std::move(own), screen_rows, ranks);
}

/// Adds every family's expected hypervolume improvement to the scores of the screen's rows and orders it again (10.3).
std::vector<Ranked> with_improvement(const std::vector<Ranked>& screen, const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates,
                                     const LabelledSet& labelled, double optimism, const IterationKey& key, const Communicator& ranks)
{
    const auto targets = labelled.targets.size(), families = surrogates.size() / targets;
    std::vector<Ranked> own;
    for (const auto& row : screen) {
        if (candidates.share.owns(row.row)) own.push_back(row);
    }
    std::vector<double> merits;
    for (std::size_t i = 0; i < labelled.rows.size(); ++i) {
        for (const auto& target : labelled.targets) merits.push_back(target.merit[i]);
    }
    const std::vector<std::optional<double>> no_window(targets);  // the moments are of the closeness already
    for (std::size_t f = 0; f < families; ++f) {
        std::vector<double> mean, deviation, residual, reliability;
        for (const auto& row : own) {
            const auto local = static_cast<std::size_t>(row.row - candidates.share.first_row);
            for (std::size_t t = 0; t < targets; ++t) {
                const auto c = t * families + f;
                const auto sd = static_cast<double>(moments.deviation[local * moments.columns + c]);
                mean.push_back(static_cast<double>(moments.mean[local * moments.columns + c]));
                deviation.push_back(std::sqrt(sd * sd + std::max(surrogates[c].reliability.noise, 0.0)));
            }
        }
        for (std::size_t i = 0; i < labelled.rows.size(); ++i) {
            for (std::size_t t = 0; t < targets; ++t) residual.push_back(surrogates[t * families + f].residual[i]);
        }
        for (std::size_t t = 0; t < targets; ++t) reliability.push_back(surrogates[t * families + f].reliability.calibration);
        const auto correlation = residual_correlation(residual, targets);
        const auto draws = improvement_draws(key.seed, key.iteration, surrogates[f].family, targets);
        const auto improvement = expected_hypervolume_improvement({mean, deviation, correlation, reliability}, merits, no_window, draws, optimism);
        for (std::size_t i = 0; i < own.size(); ++i) own[i].value += improvement[i];
    }
    return parallel::first_k(std::move(own), screen_rows, ranks);
}

/// The rows of the batch as indices into the screen (11).
std::vector<std::size_t> choose(const Screen& screen, bool generated, const LabelledSet& labelled, const Switches& switches, std::size_t count, const IterationKey& key, Diagnostics& diagnostics)
{
    const Points points{screen.x, labelled.columns};
    const auto proposal = std::min<std::size_t>(std::max<std::size_t>(2 * count, 20), screen.rows.size());
    diagnostics.density = density_test({std::span(screen.x).first(proposal * static_cast<std::size_t>(labelled.columns)), labelled.columns}, labelled.points());
    std::vector<double> base;
    for (const auto& row : screen.rows) base.push_back(row.value);
    const bool tested = switches.batch_rule != "novelty";
    diagnostics.diverse = switches.has("diversity") && (!tested || diagnostics.density.asks_for_diversity(switches.histogram_test));
    if (diagnostics.diverse && tested) {
        const auto clustering = cluster(points, competing(switches), static_cast<int>(count), switches.most_scored, {key.seed, key.iteration, ClusteringCall::screen});
        const auto weight = biased_weights(clustering.label, base, switches.fair_noise);
        for (std::size_t i = 0; i < base.size(); ++i) base[i] = base[i] > 0 ? base[i] * weight[i] : base[i];
        diagnostics.screen_clustering = clustering.method;
        diagnostics.screen_clusters = clustering.clusters;
    }
    if (diagnostics.diverse && switches.batch_rule != "top") {
        const auto rows = generated && !tested ? promising(base, count) : base.size();
        base.resize(rows);
        return spread_batch({std::span(screen.x).first(rows * static_cast<std::size_t>(labelled.columns)), labelled.columns}, std::move(base), labelled.points(), count);
    }
    std::vector<std::size_t> order(base.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return base[a] != base[b] ? base[a] > base[b] : screen.rows[a].row < screen.rows[b].row;
    });
    order.resize(std::min(count, order.size()));
    return order;
}

/// What the families say of some rows, weighted by their reliability: [rows][targets], raw units.
struct Said {
    std::vector<std::vector<double>> mean;
    std::vector<std::vector<double>> sd;
};

/// \param x  [rows, columns], scaled
Said what_families_say(const std::vector<float>& x, std::size_t rows, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates, std::size_t members)
{
    Said said;
    said.mean.assign(rows, std::vector<double>(labelled.targets.size(), 0.0));
    said.sd = said.mean;
    std::vector<double> weight(labelled.targets.size(), 0.0);
    for (const auto& s : surrogates) weight[s.target] += s.reliability.accuracy;
    std::vector<float> predicted(rows * members);
    std::vector<std::vector<double>> squares = said.mean;
    for (const auto& s : surrogates) {
        const double share = s.reliability.accuracy / weight[s.target];
        s.predict(x.data(), static_cast<std::int64_t>(rows), predicted.data());
        for (std::size_t i = 0; i < rows * members; ++i) {
            const auto value = static_cast<double>(predicted[i]);
            said.mean[i / members][s.target] += share * value / static_cast<double>(members);
            squares[i / members][s.target] += share * value * value / static_cast<double>(members);
        }
    }
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t t = 0; t < labelled.targets.size(); ++t) {
            auto& mean = said.mean[i][t];
            said.sd[i][t] = labelled.targets[t].deviation * std::sqrt(std::max(squares[i][t] - mean * mean, 0.0));
            mean = labelled.targets[t].raw(mean);
        }
    }
    return said;
}

/// What the families say of the chosen rows, and what they explained.
void describe(Proposal& proposal, const std::vector<float>& x, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates, std::size_t members)
{
    auto said = what_families_say(x, proposal.rows.size(), labelled, surrogates, members);
    proposal.mean = std::move(said.mean);
    proposal.sd = std::move(said.sd);
    for (std::size_t t = 0; t < labelled.targets.size(); ++t) {
        double sum = 0, count = 0;
        for (const auto& s : surrogates) {
            if (s.target == t) sum += s.reliability.accuracy, count += 1;
        }
        proposal.out_of_bag_r2.push_back(sum / count);
    }
}

/// Share of the labelled rows that earlier batches brought.
double chosen_share(const LabelledSet& labelled, const StrategyInput& in)
{
    const auto rows = static_cast<double>(labelled.count());
    return std::min(static_cast<double>((in.iteration - 1) * in.count) / rows, 1.0);
}

/// Candidates drawn at random, none of them in the batch already: ascending, the same on every rank.
std::vector<RowId> drawn_beside(const std::vector<RowId>& batch, const Candidates& candidates, std::int64_t count, const IterationKey& key, const Communicator& ranks)
{
    if (count == 0) return {};
    std::vector<pool::RowState> left(candidates.state.begin(), candidates.state.end());
    for (const auto row : batch) {
        if (candidates.share.owns(row)) left[static_cast<std::size_t>(row - candidates.share.first_row)] = pool::RowState::pending;
    }
    return pool::drawn_rows(left, candidates.share, count, key.seed, Purpose::exploration, key.iteration, ranks);
}

/// Squared error of what the families say of the test points, averaged over targets and points, raw units; NaN without points. Collective.
double test_error(const problems::TestSet& test, const pool::Scaling& scaling, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates, std::size_t members,
                  const Communicator& ranks)
{
    constexpr RowId tile_rows = 256;
    const Tiling tiling{test.rows, tile_rows};
    const auto columns = labelled.columns, targets = static_cast<RowId>(labelled.targets.size());
    const auto sums = parallel::sum_over_tiles("fusion/test", tiling, share_of(tiling, ranks.rank(), ranks.size()), 1, ranks, [&](RowId tile, double* sum) {
        const auto first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        std::vector<float> x(static_cast<std::size_t>(tile_rows * columns));
        std::copy_n(test.x.begin() + first * columns, rows * columns, x.begin());
        const auto said = what_families_say(pool::scaled(std::move(x), scaling), static_cast<std::size_t>(tile_rows), labelled, surrogates, members);
        for (RowId i = 0; i < rows; ++i) {
            for (RowId t = 0; t < targets; ++t) {
                const double difference = said.mean[static_cast<std::size_t>(i)][static_cast<std::size_t>(t)] - test.y[static_cast<std::size_t>((first + i) * targets + t)];
                *sum += difference * difference;
            }
        }
    });
    return sums[0] / static_cast<double>(test.rows * targets);
}

/// What depends on the pool alone and serves all iterations of a campaign, unless candidates are generated.
struct Memory {
    std::optional<CandidateOrder> order;
    std::optional<std::vector<float>> weights;  ///< [own rows] pi(x)
    std::unique_ptr<GroupRanks> group;          ///< with which the surrogates are shared
};

/// One iteration of multi-model fusion. Source: paper 003; specs: fusion, section 2.
Proposal propose(const Options& options, Memory& memory, const StrategyInput& in)
{
    const auto switches = switches_of(options);
    const auto members = static_cast<int>(options.whole("members"));
    const auto targets = in.goals.size();
    const IterationKey key{in.seed, static_cast<std::uint32_t>(in.iteration)};
    const auto columns = in.shard.info.columns;
    auto& stages = in.stages;

    const auto scope = scope_of(in, switches);
    const auto x = features_of(in, scope.rows);
    const auto scaling = switches.pool_scaling ? scope.scaling : in.domain ? unit_box_of_rows(x, columns) : scaling_of_rows(x, columns);
    auto labelled = labelled_set(scope.rows, scope.values, pool::scaled(x, scaling), columns, in.goals, switches.folded_window);

    Diagnostics diagnostics;
    const auto biased = stages.time(in.iteration, "cluster", [&](Work&) {
        const auto clustering = cluster(labelled.points(), competing(switches), static_cast<int>(in.count), switches.most_scored, {key.seed, key.iteration, ClusteringCall::labelled_rows});
        labelled.cluster = clustering.label;
        diagnostics.labelled_clustering = clustering.method;
        diagnostics.labelled_clusters = clustering.clusters;
        std::vector<std::vector<double>> weights;
        for (const auto& target : labelled.targets) weights.push_back(biased_weights(labelled.cluster, target.merit, switches.fair_noise));
        return weights;
    });
    const auto surrogates = stages.time(in.iteration, "fit", [&](Work&) {
        return fit_surrogates(labelled, biased, scope.terms, switches, members, static_cast<int>(options.whole("trials")), key, in.ranks);
    });
    std::optional<pool::Shard> generated;
    std::vector<pool::RowState> never_asked;
    if (in.domain) {
        generated = stages.time(in.iteration, "generate", [&](Work&) {
            const pool::Evolution evolution{options.whole("population"), options.whole("generations"), options.whole("kept")};
            return generate_candidates(*scope.box, scaling, evolution, surrogates, labelled, in.points, switches, key, in.ranks);
        });
        never_asked.assign(static_cast<std::size_t>(generated->share.rows()), pool::RowState::unlabelled);
    }
    const auto& shard = generated ? *generated : in.shard;
    const Tiling tiling = shard.info.tiling();
    const Candidates candidates{tiling, shard.share, generated ? std::span<const pool::RowState>(never_asked) : in.state};
    const auto moments = stages.time(in.iteration, "predict", [&](Work& work) {
        const auto place = parallel::place_of_passes();
        if (!memory.group) memory.group = group_ranks(generated ? 1 : in.member_groups, place, in.ranks);
        return predict_pool(shard, scaling, surrogates, labelled, members, switches.folded_window, place, *memory.group, work, in.ranks);
    });
    const bool weighs_geometry = switches.geometric_weight == "on" || (switches.geometric_weight == "pool" && !generated);
    const auto trend = stages.time(in.iteration, "structure", [&](Work&) {
        if (generated || !memory.order) memory.order = candidate_order(shard, in.ranks);
        const auto places = candidate_places(*memory.order, not_candidates(candidates, in.ranks), in.ranks);
        const auto bins = switches.adaptive_bins ? default_trend_bins(places.candidates) : published_trend_bins;
        if (weighs_geometry && (generated || !memory.weights)) {
            const auto iteration = generated ? key.iteration : 0U;  // of a pool they are the same in every iteration, also after a restart
            memory.weights = structural_weights(shard, scope.scaling, static_cast<int>(in.count), {key.seed, iteration, ClusteringCall::pool_sample}, in.ranks);
        }
        return structural_trend(moments.mean, static_cast<std::int64_t>(moments.columns), *memory.order, places, bins, in.ranks);
    });
    Channels channels;
    const auto ranked = stages.time(in.iteration, "fuse", [&](Work& work) {
        channels = measure_channels(moments, candidates, surrogates, labelled.targets, trend, switches, in.ranks);
        auto score = fuse(moments, candidates, surrogates, channels, switches);
        for (std::size_t i = 0; weighs_geometry && i < score.size(); ++i) {
            if (score[i] > 0) score[i] *= static_cast<double>((*memory.weights)[i / targets]);
        }
        work.bytes += 3 * static_cast<double>(moments.mean.size()) * 2 * sizeof(float);
        if (targets > 1) {
            for (auto& s : score) s = std::max(s, 0.0);
            std::vector<std::uint8_t> takes_part;
            for (std::size_t i = 0; i < candidates.state.size(); ++i) takes_part.push_back(candidates.has(i) ? 1 : 0);
            score = combine_targets(score, targets, takes_part, in.ranks);
        }
        auto best = best_candidates(score, candidates, in.ranks);
        return targets > 1 ? with_improvement(best, moments, candidates, surrogates, labelled, switches.optimism, key, in.ranks) : best;
    });

    Proposal proposal;
    stages.time(in.iteration, "select", [&](Work&) {
        Screen screen{ranked, {}};
        std::vector<RowId> screened;
        for (const auto& row : ranked) screened.push_back(row.row);
        if (ranked.empty()) return 0;
        screen.x = pool::gather_rows(shard, scaling, screened, in.ranks);
        diagnostics.explained = explained_by_best(surrogates, targets);
        diagnostics.drawn = switches.explores && !generated ? drawn_at_random(diagnostics.explained, chosen_share(labelled, in), in.count) : 0;
        std::vector<float> chosen_x;
        together(in.ranks, [&] {
            for (const auto i : choose(screen, generated.has_value(), labelled, switches, static_cast<std::size_t>(in.count - diagnostics.drawn), key, diagnostics)) {
                proposal.rows.push_back(ranked[i].row);
                proposal.scores.push_back(ranked[i].value);
                chosen_x.insert(chosen_x.end(), screen.x.begin() + static_cast<std::ptrdiff_t>(i) * labelled.columns, screen.x.begin() + (static_cast<std::ptrdiff_t>(i) + 1) * labelled.columns);
            }
        });
        const auto drawn = drawn_beside(proposal.rows, candidates, diagnostics.drawn, key, in.ranks);
        const auto drawn_x = pool::gather_rows(shard, scaling, drawn, in.ranks);
        proposal.rows.insert(proposal.rows.end(), drawn.begin(), drawn.end());
        proposal.scores.resize(proposal.rows.size(), 0.0);
        chosen_x.insert(chosen_x.end(), drawn_x.begin(), drawn_x.end());
        together(in.ranks, [&] { describe(proposal, chosen_x, labelled, surrogates, static_cast<std::size_t>(members)); });
        return 0;
    });
    if (generated) {
        const auto chosen = pool::gather_rows(shard, pool::Scaling::identity(columns), proposal.rows, in.ranks);
        for (auto point = chosen.begin(); point != chosen.end(); point += columns) proposal.points.emplace_back(point, point + columns);
        proposal.rows.clear();
    }
    if (in.test.rows > 0) {
        diagnostics.test_mse = stages.time(in.iteration, "test", [&](Work&) { return test_error(in.test, scaling, labelled, surrogates, static_cast<std::size_t>(members), in.ranks); });
    }
    proposal.diagnostics = to_json(diagnostics, surrogates, channels);
    return proposal;
}

const StrategyRegistration fusion{
    "fusion", "information-theoretic fusion of eight surrogate families (paper 003)", switch_options(), [](const Options& options) -> Strategy {
        return [options, memory = std::make_shared<Memory>()](const StrategyInput& in) { return propose(options, *memory, in); };
    },
    resolve_switches};

}  // namespace

}  // namespace sluice::fusion
