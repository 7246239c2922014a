#include "fusion/clustering/adaptive_clusters.hpp"
#include "fusion/diagnostics.hpp"
#include "fusion/fuse/channels.hpp"
#include "fusion/fuse/combine_targets.hpp"
#include "fusion/fuse/screen.hpp"
#include "fusion/generate/generated_candidates.hpp"
#include "fusion/scope.hpp"
#include "fusion/select/choose_batch.hpp"
#include "fusion/select/exploration.hpp"
#include "fusion/select/joint_prediction.hpp"
#include "fusion/structure/candidate_order.hpp"
#include "fusion/structure/structural_trend.hpp"
#include "fusion/structure/structural_weight.hpp"
#include "pool/drawn_rows.hpp"
#include "pool/scaled.hpp"
#include "selection/strategy.hpp"

#include <algorithm>

namespace sluice::fusion {

namespace {

/// What depends on the pool alone and serves all iterations of a campaign, unless candidates are generated.
struct Memory {
    std::optional<CandidateOrder> order;
    std::optional<std::vector<float>> weights;  ///< [own rows] pi(x)
    std::unique_ptr<GroupRanks> group;          ///< with which the surrogates are shared
};

/// The rows that a batch is chosen from: of the pool, or generated for this iteration.
struct Choices {
    const pool::Shard& shard;
    const pool::Scaling& scaling;
    const Candidates& candidates;
    bool generated;
};

/// Global rows that are no candidates, on every rank: asked for, failed or excluded.
std::vector<RowId> not_candidates(const Candidates& candidates, const Communicator& ranks)
{
    std::vector<RowId> own;
    for (std::size_t i = 0; i < candidates.state.size(); ++i) {
        if (!candidates.has(i)) own.push_back(candidates.share.first_row + static_cast<RowId>(i));
    }
    return ranks.gather(std::span<const RowId>(own));
}

/// Target-biased weights of the labelled rows, per target; leaves the rows' clusters with them.
std::vector<std::vector<double>> cluster_labelled(LabelledSet& labelled, const Switches& switches, std::int64_t batch, const IterationKey& key, Diagnostics& diagnostics)
{
    const auto clustering = adaptive_clusters(labelled.points(), switches, batch, key, ClusteringCall::labelled_rows);
    labelled.cluster = clustering.label;
    diagnostics.labelled_clustering = clustering.method;
    diagnostics.labelled_clusters = clustering.clusters;
    std::vector<std::vector<double>> weights;
    for (const auto& target : labelled.targets) weights.push_back(biased_weights(labelled.cluster, target.merit, switches));
    return weights;
}

/// One score per candidate: the fused scores of its targets, times what its place in the pool counts, as one number. Collective.
/// \param weights  [own rows] pi(x), or empty
std::vector<double> score_candidates(const Moments& moments, const Candidates& candidates, const std::vector<Surrogate>& surrogates, const Channels& channels,
                                     std::span<const float> weights, std::size_t targets, const Switches& switches, const Communicator& ranks)
{
    auto score = fuse(moments, candidates, surrogates, channels, switches);
    for (std::size_t i = 0; !weights.empty() && i < score.size(); ++i) {
        if (score[i] > 0) score[i] *= static_cast<double>(weights[i / targets]);
    }
    if (targets == 1) return score;
    for (auto& s : score) s = std::max(s, 0.0);
    std::vector<std::uint8_t> takes_part;
    for (std::size_t i = 0; i < candidates.state.size(); ++i) takes_part.push_back(candidates.has(i) ? 1 : 0);
    return combine_targets(score, targets, takes_part, ranks);
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

/// The batch from the best candidates, and rows drawn at random at its end. Collective.
Proposal select(const std::vector<Ranked>& best, const Choices& choices, const LabelledSet& labelled, const std::vector<Surrogate>& surrogates, const Switches& switches,
                const IterationKey& key, const StrategyInput& in, Diagnostics& diagnostics)
{
    Proposal proposal;
    if (best.empty()) return proposal;
    std::vector<RowId> rows;
    for (const auto& row : best) rows.push_back(row.row);
    const Screen screen{best, pool::gather_rows(choices.shard, choices.scaling, rows, in.ranks), choices.generated};
    diagnostics.explained = explained_by_best(surrogates, labelled.targets.size());
    diagnostics.drawn = switches.explores && !choices.generated ? drawn_at_random(diagnostics.explained, chosen_share(labelled, in), in.count) : 0;
    std::vector<float> x;
    together(in.ranks, [&] {
        for (const auto i : choose_batch(screen, labelled, switches, static_cast<std::size_t>(in.count - diagnostics.drawn), key, diagnostics)) {
            proposal.rows.push_back(best[i].row);
            proposal.scores.push_back(best[i].value);
            const auto first = screen.x.begin() + static_cast<std::ptrdiff_t>(i) * labelled.columns;
            x.insert(x.end(), first, first + labelled.columns);
        }
    });
    const auto drawn = drawn_beside(proposal.rows, choices.candidates, diagnostics.drawn, key, in.ranks);
    const auto drawn_x = pool::gather_rows(choices.shard, choices.scaling, drawn, in.ranks);
    proposal.rows.insert(proposal.rows.end(), drawn.begin(), drawn.end());
    proposal.scores.resize(proposal.rows.size(), 0.0);
    x.insert(x.end(), drawn_x.begin(), drawn_x.end());
    together(in.ranks, [&] { describe(proposal, x, labelled, surrogates); });
    return proposal;
}

/// One iteration of multi-model fusion. Source: paper 003; specs: fusion, section 2.
Proposal propose(const Options& options, Memory& memory, const StrategyInput& in)
{
    const auto switches = switches_of(options);
    const auto members = static_cast<int>(options.whole("members"));
    const auto targets = in.goals.size();
    const IterationKey key{in.seed, static_cast<std::uint32_t>(in.iteration)};
    const auto columns = in.shard.info.columns;
    auto& stages = in.stages;
    Diagnostics diagnostics;

    const auto scope = scope_of(in, switches);
    const auto x = features_of(in, scope.rows);
    const auto scaling = feature_scaling(in, scope, x, switches);
    auto labelled = labelled_set(scope.rows, scope.values, pool::scaled(x, scaling), columns, in.goals, switches.folded_window);
    const auto biased = stages.time(in.iteration, "cluster", [&](Work&) { return cluster_labelled(labelled, switches, in.count, key, diagnostics); });
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
            const auto call = static_cast<std::uint16_t>(ClusteringCall::pool_sample);
            memory.weights = structural_weights(shard, scope.scaling, static_cast<int>(in.count), {key.seed, iteration, call}, parallel::place_of_passes(), in.ranks);
        }
        return structural_trend(moments.mean, static_cast<std::int64_t>(moments.columns), *memory.order, places, bins, in.ranks);
    });
    Channels channels;
    const auto best = stages.time(in.iteration, "fuse", [&](Work& work) {
        channels = measure_channels(moments, candidates, surrogates, labelled.targets, trend, switches, in.ranks);
        const auto weights = weighs_geometry ? std::span<const float>(*memory.weights) : std::span<const float>();
        work.bytes += 3 * static_cast<double>(moments.mean.size()) * 2 * sizeof(float);
        const auto ranked = best_candidates(score_candidates(moments, candidates, surrogates, channels, weights, targets, switches, in.ranks), candidates, in.ranks);
        return targets > 1 ? with_improvement(ranked, moments, candidates, surrogates, labelled, switches.optimism, key, in.ranks) : ranked;
    });
    auto proposal = stages.time(in.iteration, "select", [&](Work&) {
        return select(best, {shard, scaling, candidates, generated.has_value()}, labelled, surrogates, switches, key, in, diagnostics);
    });
    if (generated) {
        const auto chosen = pool::gather_rows(shard, pool::Scaling::identity(columns), proposal.rows, in.ranks);
        for (auto point = chosen.begin(); point != chosen.end(); point += columns) proposal.points.emplace_back(point, point + columns);
        proposal.rows.clear();
    }
    if (in.test.rows > 0) {
        diagnostics.test_mse = stages.time(in.iteration, "test", [&](Work&) { return test_error(in.test, scaling, labelled, surrogates, in.ranks); });
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
