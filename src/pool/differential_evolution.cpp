#include "pool/differential_evolution.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::pool {

namespace {

constexpr double differential_weight = 0.5, crossover = 0.3;

RandomStream draws(const EvolutionKey& key, std::int64_t generation, std::size_t individual)
{
    return {key.seed, Purpose::evolution, key.iteration, (std::uint64_t{key.search} << 48) | (static_cast<std::uint64_t>(generation) << 24) | individual};
}

/// The offspring of one individual.
void cross(const Domain& domain, const std::vector<float>& parents, std::size_t individual, RandomStream random, float* child)
{
    const auto columns = domain.lower.size();
    const auto population = static_cast<std::uint32_t>(parents.size() / columns);
    const float* own = parents.data() + individual * columns;
    const float* base = parents.data() + random.below(population) * columns;
    const float* one = parents.data() + random.below(population) * columns;
    const float* other = parents.data() + random.below(population) * columns;
    for (std::size_t c = 0; c < columns; ++c) {
        if (random.uniform() >= crossover) {
            child[c] = own[c];
            continue;
        }
        const double mutant = static_cast<double>(base[c]) + differential_weight * (static_cast<double>(one[c]) - static_cast<double>(other[c]));
        const bool inside = domain.lower[c] <= mutant && mutant <= domain.upper[c];
        child[c] = inside ? domain.nearest(c, mutant) : domain.at(c, random.uniform());
    }
}

/// Rows of `points` in the order of their merit, at most `count`.
std::vector<float> best(const std::vector<float>& points, const std::vector<double>& merit, std::size_t count)
{
    std::vector<std::size_t> order(merit.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto kept = static_cast<std::ptrdiff_t>(std::min(count, order.size()));
    std::partial_sort(order.begin(), order.begin() + kept, order.end(), [&](std::size_t a, std::size_t b) { return merit[a] != merit[b] ? merit[a] > merit[b] : a < b; });
    const auto columns = static_cast<std::ptrdiff_t>(points.size() / merit.size());
    std::vector<float> rows;
    for (std::ptrdiff_t i = 0; i < kept; ++i) {
        const auto row = points.begin() + static_cast<std::ptrdiff_t>(order[static_cast<std::size_t>(i)]) * columns;
        rows.insert(rows.end(), row, row + columns);
    }
    return rows;
}

}  // namespace

std::vector<float> differential_evolution(const Domain& domain, const Evolution& evolution, const std::vector<float>& starts, const Merit& merit, const EvolutionKey& key)
{
    const auto columns = domain.lower.size(), population = static_cast<std::size_t>(evolution.population);
    const bool keeps_all = evolution.kept >= 20 * evolution.population;
    std::vector<float> parents(population * columns), children(parents.size()), tried;
    std::vector<double> parent_merit(population), child_merit(population), tried_merit;
    for (std::size_t i = 0; i < population; ++i) {
        auto random = draws(key, 0, i);
        for (std::size_t c = 0; c < columns; ++c) parents[i * columns + c] = domain.at(c, random.uniform());
    }
    std::copy_n(starts.begin(), std::min(starts.size(), parents.size()), parents.begin());
    merit(parents, 0, parent_merit);
    for (std::int64_t generation = 1; generation <= evolution.generations; ++generation) {
        for (std::size_t i = 0; i < population; ++i) cross(domain, parents, i, draws(key, generation, i), children.data() + i * columns);
        merit(children, generation, child_merit);
        if (keeps_all) {
            tried.insert(tried.end(), children.begin(), children.end());
            tried_merit.insert(tried_merit.end(), child_merit.begin(), child_merit.end());
        }
        for (std::size_t i = 0; i < population; ++i) {
            if (child_merit[i] < parent_merit[i]) continue;
            parent_merit[i] = child_merit[i];
            std::copy_n(children.begin() + static_cast<std::ptrdiff_t>(i * columns), columns, parents.begin() + static_cast<std::ptrdiff_t>(i * columns));
        }
    }
    const auto kept = static_cast<std::size_t>(evolution.kept);
    return keeps_all && !tried_merit.empty() ? best(tried, tried_merit, kept) : best(parents, parent_merit, kept);
}

}  // namespace sluice::pool
