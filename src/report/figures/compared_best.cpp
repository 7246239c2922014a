#include "report/figures/compared_best.hpp"

#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

struct Curve {
    std::size_t run = 0;
    Series best = {};
};

struct Panel {
    std::string label;
    std::vector<Curve> curves = {};
};

template <typename Value>
Curve curve_of(const std::vector<RunRecord>& runs, std::size_t run, const Value& value)
{
    Curve curve{.run = run};
    for (const auto& line : runs[run].metrics) {
        curve.best.iteration.push_back(static_cast<double>(line.iteration));
        curve.best.value.push_back(value(line));
    }
    return curve;
}

struct Target {
    std::string name;
    std::string goal;
    bool operator==(const Target&) const = default;
};

std::vector<Target> targets_of(const RunRecord& run)
{
    std::vector<Target> targets;
    for (std::size_t t = 0; t < run.journal.targets.size(); ++t) targets.push_back({run.journal.targets[t], run.journal.goals[t]});
    return targets;
}

std::vector<Target> distinct_targets(const std::vector<RunRecord>& runs)
{
    std::vector<Target> distinct;
    for (const auto& run : runs) {
        for (const auto& target : targets_of(run)) {
            if (std::find(distinct.begin(), distinct.end(), target) == distinct.end()) distinct.push_back(target);
        }
    }
    return distinct;
}

/// The aggregate is scaled by the pool's values, so that it compares only within one pool and the same targets.
bool aggregates_compare(const std::vector<RunRecord>& runs)
{
    return std::all_of(runs.begin(), runs.end(), [&](const RunRecord& run) {
        return run.journal.targets.size() > 1 && targets_of(run) == targets_of(runs[0]) && run.journal.fingerprint == runs[0].journal.fingerprint;
    });
}

Range values_of(const Panel& panel)
{
    Range range;
    for (const auto& curve : panel.curves) {
        for (const double value : curve.best.value) include(range, value);
    }
    return range;
}

std::vector<Panel> panels_with_values(const std::vector<RunRecord>& runs)
{
    std::vector<Panel> panels;
    for (const auto& target : distinct_targets(runs)) {
        Panel panel{.label = fmt::format("best {} ({})", shortened(target.name, 24), target.goal)};
        for (std::size_t r = 0; r < runs.size(); ++r) {
            const auto targets = targets_of(runs[r]);
            const auto t = static_cast<std::size_t>(std::find(targets.begin(), targets.end(), target) - targets.begin());
            if (t < targets.size()) panel.curves.push_back(curve_of(runs, r, [t](const IterationMetrics& line) { return line.targets[t].best; }));
        }
        panels.push_back(panel);
    }
    if (aggregates_compare(runs)) {
        Panel panel{.label = "best aggregate"};
        const auto aggregate_best = [](const IterationMetrics& line) { return line.aggregate_best; };
        for (std::size_t r = 0; r < runs.size(); ++r) panel.curves.push_back(curve_of(runs, r, aggregate_best));
        panels.push_back(panel);
    }
    std::erase_if(panels, [](const Panel& panel) { return is_empty(values_of(panel)); });
    return panels;
}

/// A run that has ended keeps its best: leaving it out would let the median jump when the good runs stop.
double best_by(const Curve& curve, double iteration)
{
    double best = std::nan("");
    for (std::size_t i = 0; i < curve.best.value.size() && curve.best.iteration[i] <= iteration; ++i) {
        if (std::isfinite(curve.best.value[i])) best = curve.best.value[i];
    }
    return best;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Series median_of_campaign(const Panel& panel, const RunNames& names, std::size_t campaign, double last_iteration)
{
    Series series;
    for (double iteration = 0; iteration <= last_iteration; ++iteration) {
        std::vector<double> values;
        for (const auto& curve : panel.curves) {
            const double value = names.campaign[curve.run] == campaign ? best_by(curve, iteration) : std::nan("");
            if (std::isfinite(value)) values.push_back(value);
        }
        series.iteration.push_back(iteration);
        series.value.push_back(values.empty() ? std::nan("") : median(values));
    }
    return series;
}

void draw_panel(Drawing& drawing, const Frame& frame, const Panel& panel, const std::vector<RunRecord>& runs, const RunNames& names,
                double last_iteration)
{
    const bool by_campaign = coloured_by_campaign(names);
    for (const auto& curve : panel.curves) {
        const auto campaign = names.campaign[curve.run];
        const bool is_one_of_many = by_campaign && run_count(names, campaign) > 1;
        const auto classes = (is_one_of_many ? "thin faint " : "line ") + colour_classes(by_campaign ? campaign : curve.run);
        for (const auto& line : step_lines(frame, curve.best)) add_polyline(drawing, line, classes);
        const auto success = success_iteration(runs[curve.run]);
        if (!success || is_one_of_many) continue;
        const auto at = static_cast<double>(*success);
        if (const double best = best_by(curve, at); std::isfinite(best)) {
            const auto tooltip = fmt::format("{}: success at iteration {}", names.labels[curve.run], *success);
            add_diamond(drawing, {frame.x(at), frame.y(best)}, 6, "dot " + classes, tooltip);
        }
    }
    for (std::size_t campaign = 0; by_campaign && campaign < names.campaigns.size(); ++campaign) {
        if (run_count(names, campaign) == 1) continue;
        const auto median = median_of_campaign(panel, names, campaign, last_iteration);
        for (const auto& line : step_lines(frame, median)) add_polyline(drawing, line, "line " + colour_classes(campaign));
    }
}

std::vector<LegendEntry> legend_entries(const RunNames& names)
{
    std::vector<LegendEntry> entries;
    if (!coloured_by_campaign(names)) {
        for (std::size_t r = 0; r < names.labels.size(); ++r) entries.push_back({Mark::line, "line " + colour_classes(r), names.labels[r]});
        return entries;
    }
    for (std::size_t c = 0; c < names.campaigns.size(); ++c) {
        const auto count = run_count(names, c);
        const auto text = count == 1 ? names.campaigns[c] : fmt::format("{} (median of {})", shortened(names.campaigns[c], 40), count);
        entries.push_back({Mark::line, "line " + colour_classes(c), text});
    }
    return entries;
}

}  // namespace

Figure compared_best_figure(const std::vector<RunRecord>& runs, const RunNames& names)
{
    const auto panels = panels_with_values(runs);
    if (panels.empty()) return {.svg = "", .caption = "No run has a label with a value yet, so there is nothing to compare."};
    std::int64_t last = 0;
    bool any_success = false;
    for (const auto& run : runs) {
        last = std::max(last, finished_iterations(run));
        any_success = any_success || success_iteration(run);
    }

    Drawing drawing{.width = figure_width};
    auto entries = legend_entries(names);
    if (any_success && !coloured_by_campaign(names)) entries.push_back({Mark::diamond, "dot ink", "success"});
    double top = 4 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, entries);
    const double panel_height = panels.size() == 1 ? 360 : 250;
    for (const auto& panel : panels) {
        top += 12;
        const auto frame = draw_axes(drawing, {.place = {0, top, figure_width, panel_height},
                                               .x = iteration_range(0, static_cast<double>(last)),
                                               .y = padded(values_of(panel), 0.05),
                                               .x_label = "iteration",
                                               .y_label = panel.label,
                                               .x_is_whole = true});
        draw_panel(drawing, frame, panel, runs, names, static_cast<double>(last));
        top += panel_height;
    }
    drawing.height = top;

    std::string caption = "Best label so far of all runs against the iteration. Iteration 0 is the initial design; a line ends where its run did.";
    if (coloured_by_campaign(names) && names.campaigns.size() < runs.size()) {
        caption += " Thin lines: single runs; thick lines: median of a campaign's runs, where a run that has ended keeps its best.";
    }
    return {.svg = svg_element(drawing, "Best label so far of all runs"), .caption = caption};
}

}  // namespace sluice::report
