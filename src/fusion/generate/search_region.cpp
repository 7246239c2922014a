#include "fusion/generate/search_region.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace sluice::fusion {

namespace {

constexpr double first_edge = 0.8, second_edge = 0.2, least_edge = 1e-4, alike = 1e-3;
constexpr int successes_to_grow = 3, failures_to_shrink = 2, failures_to_start_again = 5;
constexpr double unknown_rate = 0.5, learning_rate = 0.2, forgetting_rate = 0.1;
constexpr std::size_t centre_points = 10;
constexpr std::int64_t nearest_per_feature = 5, most_per_feature = 15;

/// What a batch was good for, among the points asked for since the last trust region ended.
struct Outcome {
    bool is_best = false;        ///< it holds the best of them
    bool is_among_best = false;  ///< it holds one of the ten best
    bool are_best_alike = false;  ///< the ten best differ by a thousandth of what is between the best and the median, or less: nothing is left to gain around them
};

/// Share of recent batches that held the best point so far. One that is not looked at is known less and less.
struct SuccessRate {
    double rate = unknown_rate;

    void learn(bool is_success) { rate += learning_rate * ((is_success ? 1 : 0) - rate); }
    void forget() { rate += forgetting_rate * (unknown_rate - rate); }
};

/// The state of a search, moved on by the outcome of each batch.
struct Search {
    double edge = first_edge;
    int successes = 0, failures = 0;  ///< of the trust region, since its edge changed
    SuccessRate domain_rate, trust_region_rate;
    bool is_around_mean = true;       ///< the trust region; else around the best point
    int domain_failures = 0;          ///< in a row, since the trust region ended
    bool alternating = true;

    bool has_ended() const { return edge < least_edge; }
    bool is_domain() const { return has_ended() || (alternating && domain_rate.rate >= trust_region_rate.rate); }

    void look(const Outcome& outcome)
    {
        if (has_ended()) {
            domain_failures = outcome.is_best ? 0 : domain_failures + 1;
            if (domain_failures == failures_to_start_again) *this = {.edge = second_edge, .alternating = alternating};
        } else if (is_domain()) {
            domain_rate.learn(outcome.is_best);
            trust_region_rate.forget();
        } else {
            trust_region_rate.learn(outcome.is_best);
            domain_rate.forget();
            if (!outcome.is_among_best) is_around_mean = !is_around_mean;
            look_at_trust_region(outcome.is_best);
            if (outcome.are_best_alike) edge = 0;
        }
    }

    void look_at_trust_region(bool is_success)
    {
        successes = is_success ? successes + 1 : 0;
        failures = is_success ? failures : failures + 1;
        if (successes == successes_to_grow) {
            edge = std::min(2 * edge, first_edge);
            successes = failures = 0;
        } else if (failures == failures_to_shrink) {
            edge /= 2;
            successes = failures = 0;
        }
    }
};

/// \param first_row  the first that was asked for since the last trust region ended
Search replay(const SearchHistory& history, RowId& first_row)
{
    Search search;
    search.alternating = history.alternating;
    first_row = 0;
    std::vector<double> seen;  // since then, descending
    std::size_t i = 0;
    const auto rank_or_nothing = [&](std::size_t rank) { return rank < seen.size() ? seen[rank] : -std::numeric_limits<double>::infinity(); };
    const auto take_below = [&](RowId end) {
        const double first = rank_or_nothing(0), last = rank_or_nothing(centre_points - 1);
        for (; i < history.rows.size() && history.rows[i] < end; ++i) {
            seen.insert(std::upper_bound(seen.begin(), seen.end(), history.merit[i], std::greater<>()), history.merit[i]);
        }
        const double now_first = rank_or_nothing(0), now_last = rank_or_nothing(centre_points - 1);
        return Outcome{now_first > first, now_last > last, now_first - now_last < alike * (now_first - rank_or_nothing(seen.size() / 2))};
    };
    take_below(history.initial);
    const auto asked = static_cast<RowId>(history.points.size());
    for (RowId first = history.initial; first < asked; first += history.batch) {
        const bool had_ended = search.has_ended();
        search.look(take_below(first + history.batch));
        if (!search.has_ended() || had_ended) continue;
        first_row = first + history.batch;
        seen.clear();
    }
    return search;
}

/// Indices of the history from a row on, the best first; of equal ones the earlier.
std::vector<std::size_t> by_merit(const SearchHistory& history, RowId first_row)
{
    const auto before = std::lower_bound(history.rows.begin(), history.rows.end(), first_row) - history.rows.begin();
    std::vector<std::size_t> order(history.rows.size() - static_cast<std::size_t>(before));
    std::iota(order.begin(), order.end(), static_cast<std::size_t>(before));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return history.merit[a] > history.merit[b]; });
    return order;
}

/// Mean of the m best points with weights ln(m + 1/2) - ln(k) for the k-th.
std::vector<double> centre_of(const SearchHistory& history, RowId first_row, std::size_t columns, std::size_t most)
{
    const auto order = by_merit(history, first_row);
    const auto count = std::min(most, order.size());
    std::vector<double> centre(columns, 0.0);
    double total = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const double weight = std::log(static_cast<double>(count) + 0.5) - std::log(static_cast<double>(k + 1));
        total += weight;
        const auto& point = history.points[static_cast<std::size_t>(history.rows[order[k]])];
        for (std::size_t c = 0; c < columns; ++c) centre[c] += weight * static_cast<double>(point[c]);
    }
    for (auto& c : centre) c /= total;
    return centre;
}

/// Rows in the box of this edge around the centre, and the nearest.
std::vector<std::size_t> rows_around(const pool::Domain& domain, const SearchHistory& history, const std::vector<double>& centre, double edge)
{
    const auto count = history.rows.size(), columns = centre.size();
    std::vector<double> squares(count, 0.0), largest(count, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& point = history.points[static_cast<std::size_t>(history.rows[i])];
        for (std::size_t c = 0; c < columns; ++c) {
            const double apart = std::abs(static_cast<double>(point[c]) - centre[c]) / (domain.upper[c] - domain.lower[c]);
            squares[i] += apart * apart;
            largest[i] = std::max(largest[i], apart);
        }
    }
    std::vector<std::size_t> order(count), chosen;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return squares[a] < squares[b]; });
    const auto nearest = static_cast<std::size_t>(nearest_per_feature) * columns, most = static_cast<std::size_t>(most_per_feature) * columns;
    for (std::size_t k = 0; k < count && chosen.size() < most; ++k) {
        if (k < nearest || largest[order[k]] <= edge) chosen.push_back(order[k]);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

}  // namespace

SearchRegion search_region(const pool::Domain& domain, const SearchHistory& history)
{
    RowId first_row = 0;
    const auto search = replay(history, first_row);
    SearchRegion region{domain, {}, search.is_domain(), search.edge};
    if (history.rows.empty() || history.rows.back() < first_row) region.is_domain = true;  // no answer since: nothing to lie around
    if (region.is_domain) {
        region.rows.resize(history.rows.size());
        std::iota(region.rows.begin(), region.rows.end(), std::size_t{0});
        return region;
    }
    const auto centre = centre_of(history, first_row, domain.lower.size(), search.is_around_mean ? centre_points : 1);
    for (std::size_t c = 0; c < centre.size(); ++c) {
        const double reach = 0.5 * search.edge * (domain.upper[c] - domain.lower[c]);
        region.box.lower[c] = std::max(domain.lower[c], centre[c] - reach);
        region.box.upper[c] = std::min(domain.upper[c], centre[c] + reach);
    }
    region.rows = rows_around(domain, history, centre, search.edge);
    return region;
}

}  // namespace sluice::fusion
