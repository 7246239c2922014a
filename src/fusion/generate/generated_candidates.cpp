#include "fusion/generate/generated_candidates.hpp"

#include "models/ensemble.hpp"
#include "parallel/jobs.hpp"
#include "pool/scaled.hpp"
#include "pool/space_filling.hpp"

#include <cmath>
#include <numeric>
#include <set>

namespace sluice::fusion {

namespace {

constexpr std::size_t members_of_family = 2, members_of_all = 4;

/// The members that a search may ask, one list per target. Pointers: a predictor may hold a forest, and every generation shuffles them.
using Voters = std::vector<std::vector<const models::Predict*>>;

/// Each member of every surrogate as a predictor of its own: [surrogates][members].
std::vector<std::vector<models::Predict>> single_members(const std::vector<Surrogate>& surrogates, const LabelledSet& labelled)
{
    std::vector<std::vector<models::Predict>> all;
    for (const auto& surrogate : surrogates) {
        all.emplace_back();
        for (const auto& member : surrogate.members) all.back().push_back(surrogate.made.predictor({member}, labelled.training[surrogate.target], parallel::Place::host));
    }
    return all;
}

/// Mean prediction of a few members drawn anew for every generation, as a distance above three deviations below the labelled mean; over targets the length of
/// their vector.
pool::Merit merit_of(const Voters& voters, std::size_t asked_members, const pool::Scaling& scaling, const std::vector<Target>& targets, bool monotone, const IterationKey& key,
                     std::uint32_t search)
{
    return [=](const std::vector<float>& points, std::int64_t generation, std::vector<double>& merit) {
        const auto x = pool::scaled(points, scaling);
        std::fill(merit.begin(), merit.end(), 0.0);
        std::vector<float> predicted(merit.size());
        for (std::size_t t = 0; t < targets.size(); ++t) {
            RandomStream random(key.seed, Purpose::evolution_members, key.iteration, (std::uint64_t{search} << 48) | (static_cast<std::uint64_t>(generation) << 8) | t);
            auto members = voters[t];
            const auto count = std::min(asked_members, members.size());
            std::vector<double> mean(merit.size(), 0.0);
            for (std::size_t k = 0; k < count; ++k) {
                std::swap(members[k], members[k + random.below(static_cast<std::uint32_t>(members.size() - k))]);
                (*members[k])(x.data(), static_cast<std::int64_t>(merit.size()), predicted.data());
                for (std::size_t i = 0; i < merit.size(); ++i) {
                    const auto p = static_cast<double>(predicted[i]);
                    mean[i] += (targets[t].has_window ? -std::abs(p - targets[t].centre) - targets[t].typical : p) / static_cast<double>(count);
                }
            }
            for (std::size_t i = 0; i < merit.size(); ++i) {
                const double above = 3 + (std::isfinite(mean[i]) ? mean[i] : -INFINITY);
                const double length = monotone ? std::max(above, 0.0) : above;
                merit[i] += length * length;
            }
        }
        for (auto& m : merit) m = std::isfinite(m) ? std::sqrt(m) : 0;
    };
}

bool contains(const pool::Domain& domain, const std::vector<float>& point)
{
    for (std::size_t c = 0; c < point.size(); ++c) {
        const auto value = static_cast<double>(point[c]);
        if (value < domain.lower[c] || value > domain.upper[c]) return false;
    }
    return true;
}

/// The labelled points of the domain of largest merit, summed over targets, as the domain has them: at most half a population.
std::vector<float> best_labelled(const pool::Domain& domain, const LabelledSet& labelled, const std::vector<std::vector<float>>& asked, std::int64_t population)
{
    const auto merit = summed_merit(labelled);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < merit.size(); ++i) {
        if (contains(domain, asked[static_cast<std::size_t>(labelled.rows[i])])) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return merit[a] > merit[b]; });
    order.resize(std::min(order.size(), static_cast<std::size_t>(population / 2)));
    std::vector<float> points;
    for (const auto i : order) {
        const auto& point = asked[static_cast<std::size_t>(labelled.rows[i])];
        points.insert(points.end(), point.begin(), point.end());
    }
    return points;
}

/// Every family's search, then the one of all: [searches] lists of points, on every rank.
std::vector<std::vector<float>> search(const pool::Domain& domain, const pool::Scaling& scaling, const pool::Evolution& evolution, const std::vector<Surrogate>& surrogates,
                                       const LabelledSet& labelled, const std::vector<float>& starts, const Switches& switches, const IterationKey& key, const Communicator& ranks)
{
    const auto families = switches.families.size();
    const auto members = single_members(surrogates, labelled);
    const std::vector<double> cost(families + 1, 1.0);
    std::vector<std::vector<float>> found(families + 1);
    const auto own = parallel::run_jobs("fusion/evolve", cost, ranks, [&](std::size_t job) {
        const bool all = job == families;
        Voters voters(labelled.targets.size());
        for (std::size_t c = 0; c < surrogates.size(); ++c) {
            auto& list = voters[surrogates[c].target];
            if (!all && c % families != job) continue;
            for (const auto& member : members[c]) list.push_back(&member);
        }
        const auto number = static_cast<std::uint32_t>(job);
        const auto merit = merit_of(voters, all ? members_of_all : members_of_family, scaling, labelled.targets, switches.monotone_search, key, number);
        found[job] = pool::differential_evolution(domain, evolution, starts, merit, {key.seed, key.iteration, number});
    });
    std::vector<std::int64_t> own_jobs(own.begin(), own.end());
    std::vector<std::vector<float>> own_points;
    for (const auto job : own) own_points.push_back(found[job]);
    const auto jobs = ranks.gather(std::span<const std::int64_t>(own_jobs));
    auto points = models::gather_members(own_points, ranks);
    for (std::size_t i = 0; i < jobs.size(); ++i) found[static_cast<std::size_t>(jobs[i])] = std::move(points[i]);
    return found;
}

/// The box of the labelled points, as the published code has it, or the domain.
pool::Domain explored_box(const pool::Domain& domain, const LabelledSet& labelled, const pool::Scaling& scaling, bool whole_domain)
{
    if (whole_domain) return domain;
    pool::Domain box = domain;
    for (std::size_t c = 0; c < box.lower.size(); ++c) {
        double low = INFINITY, high = -INFINITY;
        for (std::int64_t i = 0; i < labelled.count(); ++i) {
            const auto value = static_cast<double>(labelled.points().row(i)[c]) / static_cast<double>(scaling.factor[c]) + static_cast<double>(scaling.shift[c]);
            low = std::min(low, value), high = std::max(high, value);
        }
        box.lower[c] = std::max(low, domain.lower[c]), box.upper[c] = std::min(high, domain.upper[c]);
    }
    return box;
}

}  // namespace

pool::Shard generate_candidates(const pool::Domain& domain, const pool::Scaling& scaling, const pool::Evolution& evolution, const std::vector<Surrogate>& surrogates,
                                const LabelledSet& labelled, const std::vector<std::vector<float>>& asked, const Switches& switches, const IterationKey& key,
                                const Communicator& ranks)
{
    const auto starts = switches.starts_from_best ? best_labelled(domain, labelled, asked, evolution.population) : std::vector<float>();
    auto lists = search(domain, scaling, evolution, surrogates, labelled, starts, switches, key, ranks);
    const auto columns = domain.lower.size();
    const auto families = static_cast<std::int64_t>(switches.families.size());
    lists.push_back(pool::scrambled_sobol(domain.columns(), evolution.kept * families / 5, key.seed, key.iteration));
    const auto box = explored_box(domain, labelled, scaling, switches.sobol_over_domain);
    for (std::size_t i = 0; i < lists.back().size(); ++i) lists.back()[i] = box.at(i % columns, static_cast<double>(lists.back()[i]));

    const std::set<std::vector<float>> known(asked.begin(), asked.end());
    std::set<std::vector<float>> seen;
    std::vector<float> points;
    for (const auto& list : lists) {
        for (auto point = list.begin(); point != list.end(); point += domain.columns()) {
            const std::vector<float> candidate(point, point + domain.columns());
            if (!known.contains(candidate) && (!switches.distinct_candidates || seen.insert(candidate).second)) points.insert(points.end(), candidate.begin(), candidate.end());
        }
    }
    return pool::shard_of_points(points, domain.columns(), ranks);
}

}  // namespace sluice::fusion
