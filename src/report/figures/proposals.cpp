#include "report/figures/proposals.hpp"

#include "report/plot/axes.hpp"
#include "report/plot/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace sluice::report {

namespace {

/// Median and 20 to 80 % of a value over the rows of each iteration.
struct Bands {
    Series low, median, high;
};

double quantile(const std::vector<double>& sorted, double share)
{
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Bands bands_of(const std::vector<std::int64_t>& iteration, const std::vector<double>& value)
{
    std::map<std::int64_t, std::vector<double>> by_iteration;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (std::isfinite(value[i])) by_iteration[iteration[i]].push_back(value[i]);
    }
    Bands bands;
    for (auto& [number, values] : by_iteration) {
        std::sort(values.begin(), values.end());
        for (auto [series, share] : {std::pair(&bands.low, 0.2), std::pair(&bands.median, 0.5), std::pair(&bands.high, 0.8)}) {
            series->iteration.push_back(static_cast<double>(number));
            series->value.push_back(quantile(values, share));
        }
    }
    return bands;
}

Figure bands_figure(const Bands& bands, Range values, const std::string& label, const std::string& description, const std::string& caption)
{
    for (const auto* series : {&bands.low, &bands.high}) {
        for (const double v : series->value) include(values, v);
    }
    Drawing drawing{.width = figure_width, .height = 244};
    const auto iterations = iteration_range(bands.median.iteration.front(), bands.median.iteration.back());
    const auto frame = draw_axes(drawing, {.place = {0, 8, figure_width, 232},
                                           .x = iterations,
                                           .y = padded(values, 0.04),
                                           .x_label = "iteration",
                                           .y_label = label,
                                           .x_is_whole = true});
    for (const auto& band : step_bands(frame, bands.low, bands.high)) add_polygon(drawing, band, "band c0");
    for (const auto& line : step_lines(frame, bands.median)) add_polyline(drawing, line, "line c0");
    return {.svg = svg_element(drawing, description), .caption = caption};
}

/// Rows of one cluster.
struct Cluster {
    double best = -std::numeric_limits<double>::infinity();
    std::map<std::int64_t, double> rows;  ///< by iteration
};

/// Merit of a label: the aggregate percentile where it is known, else the first target in the sense of its goal.
std::map<std::uint64_t, double> merits(const RunRecord& run)
{
    std::map<std::uint64_t, double> merit;
    const auto& trajectory = *run.trajectory;
    for (std::size_t i = 0; i < trajectory.percentile.size(); ++i) merit[trajectory.rows[i]] = trajectory.percentile[i];
    if (!merit.empty()) return merit;
    const auto& goal = run.journal.goals.front();
    const auto window = run.settings.windows.find(run.journal.targets.front());
    for (const auto& label : run.journal.labels) {
        if (label.failed) continue;
        const double value = label.values.front();
        merit[label.row] = goal == "minimize" ? -value : window != run.settings.windows.end() ? -std::abs(value - 0.5 * (window->second.lo + window->second.hi)) : value;
    }
    return merit;
}

}  // namespace

Figure novelty_figure(const RunRecord& run)
{
    if (!run.trajectory) return {.svg = "", .caption = "No trajectory was recorded: it is written when a campaign with a strategy ends."};
    const auto bands = bands_of(run.trajectory->iteration, run.trajectory->novelty);
    if (bands.median.value.empty()) return {.svg = "", .caption = "No batch after the initial one: there is no novelty to measure."};
    return bands_figure(bands, {0, 0}, "novelty", "Novelty of the batches by iteration",
                        "Mean distance of each row to the 5 nearest of the three iterations before it, in scaled features: median (line) and 20 to 80 % (band) of each batch. "
                        "Low: the search refines what it knows; high: it goes elsewhere.");
}

Figure migration_figure(const RunRecord& run)
{
    if (!run.trajectory || run.trajectory->percentile.empty()) return {.svg = "", .caption = "The pool is not closed: the percentile of a batch in it is not known."};
    const auto bands = bands_of(run.trajectory->iteration, run.trajectory->percentile);
    if (bands.median.value.empty()) return {.svg = "", .caption = "No row was answered yet."};
    return bands_figure(bands, {0, 100}, "percentile in the pool", "Percentile of the batches in the pool by iteration",
                        "How the proposals' quality migrates: percentile of each row's value (the aggregate of the targets) in the closed pool, median (line) and 20 to 80 % (band) of "
                        "each batch. 100: the best of the pool.");
}

Figure cluster_bandwidth_figure(const RunRecord& run)
{
    if (!run.trajectory || run.trajectory->cluster.empty()) return {.svg = "", .caption = "No clusters of the rows asked for were recorded."};
    const auto& trajectory = *run.trajectory;
    const auto merit = merits(run);
    std::map<std::int64_t, Cluster> clusters;
    std::map<std::int64_t, double> asked;
    for (std::size_t i = 0; i < trajectory.rows.size(); ++i) {
        auto& cluster = clusters[trajectory.cluster[i]];
        cluster.rows[trajectory.iteration[i]] += 1;
        asked[trajectory.iteration[i]] += 1;
        if (const auto found = merit.find(trajectory.rows[i]); found != merit.end() && std::isfinite(found->second)) cluster.best = std::max(cluster.best, found->second);
    }
    std::vector<std::pair<std::int64_t, const Cluster*>> order;
    for (const auto& [label, cluster] : clusters) order.emplace_back(label, &cluster);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        const bool a_outside = a.first < 0, b_outside = b.first < 0;
        return a_outside != b_outside ? b_outside : a.second->best > b.second->best;
    });

    const auto rows = static_cast<double>(order.size());
    Drawing drawing{.width = figure_width, .height = 62 + rows * std::clamp(160 / rows, 18.0, 44.0)};
    const auto frame = draw_axes(drawing, {.place = {0, 8, figure_width, drawing.height - 12},
                                           .x = iteration_range(static_cast<double>(asked.begin()->first), static_cast<double>(asked.rbegin()->first)),
                                           .y = {0.5, rows + 0.5},
                                           .x_label = "iteration",
                                           .y_label = "cluster, the best on top",
                                           .x_is_whole = true});
    for (std::size_t k = 0; k < order.size(); ++k) {
        const auto& [label, cluster] = order[k];
        const double y = frame.y(rows - static_cast<double>(k)), half = 0.5 * std::abs(frame.y(1) - frame.y(0));
        for (const auto& [iteration, count] : cluster->rows) {
            const double share = count / asked[iteration], left = frame.x(static_cast<double>(iteration) - 0.46), right = frame.x(static_cast<double>(iteration) + 0.46);
            const auto name = label < 0 ? std::string("outside of all clusters") : fmt::format("cluster {}", order.size() - k);
            add_rectangle(drawing, {left, y - half * share, right - left, 2 * half * share}, label < 0 ? "box c7" : "box c0", fmt::format("iteration {}, {}: {:.0f} % of the batch", iteration, name, 100 * share));
        }
    }
    return {.svg = svg_element(drawing, "Share of each batch in each cluster by iteration"),
            .caption = "Where the batches went: the height of a bar is the share of its iteration's batch in one cluster (full height: all of it). One partition of all rows that were "
                       "asked for; clusters in the order of the best value found in them; grey: outside of all."};
}

}  // namespace sluice::report
