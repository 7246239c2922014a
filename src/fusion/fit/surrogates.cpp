#include "fusion/fit/surrogates.hpp"

#include "fusion/fit/resampling.hpp"
#include "models/ensemble.hpp"
#include "parallel/jobs.hpp"

#include <cmath>

namespace sluice::fusion {

namespace {

constexpr std::int64_t largest_budget = 1000;  // release A

/// Fits of one iteration are keyed apart: searches first, members behind.
constexpr std::uint32_t members_key = 0x10000;
constexpr int most_folds = 8;

/// One family and target before its members are trained.
struct Plan {
    const FusionFamily* family;
    std::size_t target;
    std::uint32_t number;        ///< of (target, family), whatever families take part
    models::Bootstrap sample;    ///< target-biased, for stage 0 and the search
    EffectiveDimension dimension;
    SearchSpace space;
    std::vector<Options> trials;
};

Plan plan(const LabelledSet& labelled, std::span<const double> biased, std::size_t family, std::size_t target, TermRange terms, const Switches& switches, int trials, const IterationKey& key)
{
    Plan plan;
    plan.family = &families()[family];
    plan.target = target;
    plan.number = static_cast<std::uint32_t>(target * families().size() + family);
    RandomStream random(key.seed, Purpose::search_sample, key.iteration, plan.number);
    const std::vector<double> uniform(biased.size(), 1.0);
    plan.sample = draw_weighted(switches.has("biased-sample") ? softened(biased, 0.5, random) : uniform, labelled.count(), random);

    const auto& training = labelled.training[target];
    std::vector<float> x;
    std::vector<double> y;
    for (const auto row : plan.sample) {
        x.insert(x.end(), training.x.begin() + row * labelled.columns, training.x.begin() + (row + 1) * labelled.columns);
        y.push_back(training.y[static_cast<std::size_t>(row)]);
    }
    plan.dimension = effective_dimension({x, labelled.columns}, y);
    plan.space = {labelled.count(), information_budget(plan.dimension, largest_budget), switches.compact_search, terms};
    for (int trial = 0; trial < trials; ++trial) {
        RandomStream draws(key.seed, Purpose::search_trial, key.iteration, (std::uint64_t{plan.number} << 32) | static_cast<std::uint32_t>(trial));
        plan.trials.push_back(draw_trial(*plan.family, plan.space, draws));
    }
    return plan;
}

/// Mean squared error of one member over some rows (copies count). \param predicted  [labelled rows, members]
double squared_error(const models::TrainingSet& training, const models::Bootstrap& rows, std::span<const float> predicted, std::size_t members, std::size_t member)
{
    double sum = 0;
    for (const auto row : rows) {
        const double r = training.y[static_cast<std::size_t>(row)] - static_cast<double>(predicted[static_cast<std::size_t>(row) * members + member]);
        sum += r * r;
    }
    return sum / static_cast<double>(rows.size());
}

/// Cross-validated error of a trial, with a fifth of the gap between validation and training on top (6.3). Smaller is better.
double trial_score(const Plan& plan, int trial, const LabelledSet& labelled, bool group_folds, const IterationKey& key)
{
    RandomStream random(key.seed, Purpose::search_folds, key.iteration, (std::uint64_t{plan.number} << 32) | static_cast<std::uint32_t>(trial));
    const auto folds = draw_folds(plan.sample, group_folds, random);
    if (std::any_of(folds.begin(), folds.end(), [](const Fold& fold) { return fold.train.empty() || fold.test.empty(); })) return 0;  // one distinct row: nothing to choose by
    std::vector<models::Bootstrap> bags;
    for (const auto& fold : folds) bags.push_back(fold.train);
    const auto& training = labelled.training[plan.target];
    const auto family = make_family(*plan.family, plan.trials[static_cast<std::size_t>(trial)]);
    const auto members = family.train(training, bags, trial * most_folds, {key.seed, key.iteration, plan.number});
    std::vector<float> predicted(static_cast<std::size_t>(labelled.count()) * members.size());
    family.predictor(members, training, parallel::Place::host)(training.x.data(), labelled.count(), predicted.data());
    double validation = 0, gap = 0;
    for (std::size_t f = 0; f < folds.size(); ++f) {
        const double test = squared_error(training, folds[f].test, predicted, folds.size(), f);
        validation += test;
        gap += test - squared_error(training, folds[f].train, predicted, folds.size(), f);
    }
    const auto count = static_cast<double>(folds.size());
    const double score = validation / count + 0.2 * std::max(0.0, gap / count);
    return std::isfinite(score) ? score : INFINITY;
}

/// A number per job, on every rank. \param own  this rank's jobs, ascending, with their numbers
std::vector<double> gather_numbers(const std::vector<std::size_t>& own, const std::vector<double>& numbers, std::size_t jobs, const Communicator& ranks)
{
    std::vector<std::uint64_t> places(own.begin(), own.end());
    std::vector<double> values;
    for (const auto job : own) values.push_back(numbers[job]);
    const auto all_places = ranks.gather(std::span<const std::uint64_t>(places));
    const auto all_values = ranks.gather(std::span<const double>(values));
    std::vector<double> all(jobs);
    for (std::size_t i = 0; i < all_places.size(); ++i) all[all_places[i]] = all_values[i];
    return all;
}

/// Chooses the best trial of every plan; of equal ones the first.
void search(const std::vector<Plan>& plans, std::vector<Surrogate>& surrogates, const LabelledSet& labelled, const Switches& switches, const IterationKey& key, const Communicator& ranks)
{
    std::vector<double> cost;
    std::vector<std::pair<std::size_t, int>> jobs;
    for (std::size_t p = 0; p < plans.size(); ++p) {
        for (std::size_t trial = 0; trial < plans[p].trials.size(); ++trial) {
            jobs.emplace_back(p, static_cast<int>(trial));
            cost.push_back(plans[p].family->cost);
        }
    }
    std::vector<double> score(jobs.size(), 0.0);
    const auto own = parallel::run_jobs("fusion/search", cost, ranks, [&](std::size_t job) {
        score[job] = trial_score(plans[jobs[job].first], jobs[job].second, labelled, switches.group_folds, key);
    });
    score = gather_numbers(own, score, jobs.size(), ranks);
    for (std::size_t job = 0; job < jobs.size(); ++job) {
        const auto [p, trial] = jobs[job];
        if (trial == 0 || score[job] < surrogates[p].search_score) {
            surrogates[p].search_score = score[job];
            surrogates[p].chosen = plans[p].trials[static_cast<std::size_t>(trial)];
        }
    }
    for (std::size_t p = 0; p < plans.size(); ++p) {
        if (!switches.refit_as_searched) plans[p].family->refit_at_fixed_size(surrogates[p].chosen);
    }
}

/// The resamples of a family's members. The first half is target-biased where the switch asks for it (6.4).
std::vector<models::Bootstrap> draw_bootstraps(std::int64_t count, std::int64_t columns, std::span<const double> biased, const Switches& switches, int members, const models::FitKey& key)
{
    constexpr std::int64_t most_rows = 10000;
    const bool bias = switches.target_bias == "always" || (switches.target_bias == "auto" && count >= 10 * columns * columns);
    const std::vector<double> uniform(static_cast<std::size_t>(count), 1.0);
    std::vector<models::Bootstrap> bootstraps;
    for (int m = 0; m < members; ++m) {
        auto random = key.draws(Purpose::bootstrap, m);
        bootstraps.push_back(draw_weighted(bias && m < members / 2 ? softened(biased, 0.6, random) : uniform, std::min(count, most_rows), random));
    }
    return bootstraps;
}

/// Trains the members of every plan, in blocks that ranks and threads share, and measures them out of bag.
void train_members(const std::vector<Plan>& plans, std::vector<Surrogate>& surrogates, const LabelledSet& labelled, const std::vector<std::vector<double>>& biased,
                   const Switches& switches, int members, const IterationKey& key, const Communicator& ranks)
{
    constexpr int block = 5;
    struct Block {
        std::size_t plan;
        int first, count;
    };
    std::vector<Block> blocks;
    std::vector<double> cost;
    std::vector<std::vector<models::Bootstrap>> bootstraps;
    std::vector<models::FitKey> keys;
    std::vector<models::Family> made;
    for (std::size_t p = 0; p < plans.size(); ++p) {
        keys.push_back({key.seed, key.iteration, members_key + plans[p].number});
        bootstraps.push_back(draw_bootstraps(labelled.count(), labelled.columns, biased[plans[p].target], switches, members, keys[p]));
        made.push_back(make_family(*plans[p].family, surrogates[p].chosen));
        for (int first = 0; first < members; first += block) {
            blocks.push_back({p, first, std::min(block, members - first)});
            cost.push_back(plans[p].family->cost);
        }
    }
    std::vector<std::vector<models::Member>> trained(blocks.size());
    const auto own = parallel::run_jobs("fusion/members", cost, ranks, [&](std::size_t job) {
        const auto& b = blocks[job];
        trained[job] = made[b.plan].train(labelled.training[plans[b.plan].target],
                                          std::span(bootstraps[b.plan]).subspan(static_cast<std::size_t>(b.first), static_cast<std::size_t>(b.count)), b.first, keys[b.plan]);
    });
    std::vector<models::Member> own_members;
    for (const auto job : own) std::move(trained[job].begin(), trained[job].end(), std::back_inserter(own_members));
    std::vector<std::int64_t> own_jobs(own.begin(), own.end());
    const auto jobs_in_rank_order = ranks.gather(std::span<const std::int64_t>(own_jobs));
    auto gathered = models::gather_members(own_members, ranks);
    std::vector<std::vector<models::Member>> all(plans.size(), std::vector<models::Member>(static_cast<std::size_t>(members)));
    std::size_t at = 0;
    for (const auto job : jobs_in_rank_order) {
        const auto& b = blocks[static_cast<std::size_t>(job)];
        for (int m = 0; m < b.count; ++m) all[b.plan][static_cast<std::size_t>(b.first + m)] = std::move(gathered[at++]);
    }
    for (std::size_t p = 0; p < plans.size(); ++p) {
        const auto& training = labelled.training[plans[p].target];
        auto& surrogate = surrogates[p];
        surrogate.made = made[p];
        surrogate.members = std::move(all[p]);
        surrogate.predict = made[p].predictor(surrogate.members, training, parallel::Place::host);
        surrogate.flops_per_row = made[p].flops_per_row(training, members);
        std::vector<float> predicted(static_cast<std::size_t>(labelled.count()) * static_cast<std::size_t>(members));
        surrogate.predict(training.x.data(), labelled.count(), predicted.data());
        auto left = residuals(training.y, predicted, bootstraps[p]);
        surrogate.reliability = reliability(left.members);
        surrogate.explained = explained_share(left.out_of_bag_mean, training.y);
        surrogate.residual = std::move(switches.out_of_bag_correlation ? left.out_of_bag_mean : left.mean);
    }
}

}  // namespace

std::vector<Surrogate> fit_surrogates(const LabelledSet& labelled, const std::vector<std::vector<double>>& biased, TermRange terms, const Switches& switches, int members, int trials,
                                      const IterationKey& key, const Communicator& ranks)
{
    std::vector<Plan> plans;
    std::vector<Surrogate> surrogates;
    for (std::size_t t = 0; t < labelled.targets.size(); ++t) {
        for (std::size_t f = 0; f < families().size(); ++f) {
            if (std::find(switches.families.begin(), switches.families.end(), families()[f].name) == switches.families.end()) continue;
            plans.push_back(plan(labelled, biased[t], f, t, terms, switches, trials, key));
            surrogates.push_back({.family = f, .target = t, .dimension = plans.back().dimension, .information = plans.back().space.information});
        }
    }
    search(plans, surrogates, labelled, switches, key, ranks);
    train_members(plans, surrogates, labelled, biased, switches, members, key, ranks);
    return surrogates;
}

}  // namespace sluice::fusion
