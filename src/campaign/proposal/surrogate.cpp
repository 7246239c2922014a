#include "campaign/proposal/surrogate.hpp"

#include "campaign/class_shares.hpp"

namespace sluice::campaign {

namespace {

/// Some of the labelled rows as the surrogate sees them.
struct Lesson {
    StandardisedTargets standard;
    models::TrainingSet data;
};

Lesson lesson(const Iteration& iteration, const std::map<RowId, std::vector<double>>& labelled)
{
    const auto& file = iteration.file;
    const auto targets = iteration.goals.size();
    const auto learned = learned_labels(labelled, file.goals);
    Lesson made{file.learns_raw_targets() || file.classifies() ? raw_targets(targets) : standardise_targets(learned, targets), {}};
    made.data = training_set(iteration.shard, iteration.scaling, learned, made.standard, iteration.ranks);
    return made;
}

models::Ensemble fit_members(const Iteration& iteration, const models::Family& family, const models::TrainingSet& data, std::int64_t number, const std::vector<models::Member>& before)
{
    const auto& common = iteration.file.surrogate_common;
    const auto members = static_cast<int>(common.whole("members")), block = static_cast<int>(common.whole("member_block"));
    return models::fit_ensemble(family, data, members, std::min(block, members), {iteration.file.seed(), static_cast<std::uint32_t>(number)}, iteration.ranks, before);
}

/// Brings what is remembered up to the iteration before this one.
void catch_up(LastFit& last, const Iteration& iteration, const models::Family& family)
{
    constexpr std::size_t fewest = 2;  // as the campaign has it: with less, nothing was fitted
    if (last.iteration >= iteration.number) last = {};
    for (auto earlier = last.iteration + 1; earlier < iteration.number; ++earlier) {
        std::map<RowId, std::vector<double>> labelled;
        for (const auto& [row, values] : iteration.state.labelled) {
            if (iteration.state.asked.at(row) < earlier) labelled.emplace(row, values);
        }
        if (labelled.size() < fewest) continue;
        last = {earlier, fit_members(iteration, family, lesson(iteration, labelled).data, earlier, last.members).trained};
    }
}

}  // namespace

Fitted fit_surrogate(const Iteration& iteration, const acquisition::Score* rule, LastFit& last)
{
    const auto& file = iteration.file;
    auto [standard, data] = lesson(iteration, iteration.state.labelled);
    Surrogate surrogate;
    surrogate.standard = std::move(standard);
    surrogate.values.assign(data.y.begin(), data.y.end());
    surrogate.incumbent = incumbents(data, surrogate.standard, iteration.goals);
    const auto family = Registration<models::Family>::all().at(file.surrogate.kind)->make(file.surrogate.options);
    if (family.is_warm) catch_up(last, iteration, family);
    surrogate.ensemble = fit_members(iteration, family, data, iteration.number, last.members);
    if (family.is_warm) last = {iteration.number, surrogate.ensemble.trained};
    Fitted fitted{surrogate, {}};
    if (rule != nullptr && rule->own_model) {
        constexpr std::uint32_t of_the_score = 1;  // beside the surrogate's fit, 0
        fitted.own_model = std::move(surrogate);
        fitted.own_model->ensemble = models::fit_ensemble(*rule->own_model, data, 1, 1, {file.seed(), iteration.key(), of_the_score}, iteration.ranks);
    }
    return fitted;
}

}  // namespace sluice::campaign
