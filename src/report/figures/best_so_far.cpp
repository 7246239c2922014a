#include "report/figures/best_so_far.hpp"

#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"
#include "report/plot/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

// Dots of the batches' means stay apart up to here; beyond, a line is clearer.
constexpr std::size_t most_dots = 140;

/// What one panel shows; the batch is empty where only the best is recorded.
struct Panel {
    std::string label;
    Series best = {};
    Series batch_min = {};
    Series batch_mean = {};
    Series batch_max = {};
    std::optional<Range> window = {};
};

void append(Series& series, const IterationMetrics& line, double value)
{
    series.iteration.push_back(static_cast<double>(line.iteration));
    series.value.push_back(value);
}

Panel target_panel(const RunRecord& run, std::size_t target)
{
    const auto& name = run.journal.targets[target];
    const auto& goal = run.journal.goals[target];
    Panel panel{.label = shortened(name, 30) + (goal == "window" ? " (window)" : " (" + goal + ")")};
    for (const auto& line : run.metrics) {
        const auto& metrics = line.targets[target];
        append(panel.best, line, metrics.best);
        append(panel.batch_min, line, metrics.batch_min);
        append(panel.batch_mean, line, metrics.batch_mean);
        append(panel.batch_max, line, metrics.batch_max);
    }
    if (const auto window = run.settings.windows.find(name); goal == "window" && window != run.settings.windows.end()) panel.window = window->second;
    return panel;
}

Panel aggregate_panel(const RunRecord& run)
{
    Panel panel{.label = "aggregate of the targets"};
    for (const auto& line : run.metrics) {
        append(panel.best, line, line.aggregate_best);
        append(panel.batch_max, line, line.aggregate_batch_max);
    }
    return panel;
}

Range values_of(const Panel& panel)
{
    Range range;
    for (const auto* series : {&panel.best, &panel.batch_min, &panel.batch_mean, &panel.batch_max}) {
        for (const double value : series->value) include(range, value);
    }
    if (panel.window && !is_empty(range)) {
        include(range, panel.window->lo);
        include(range, panel.window->hi);
    }
    return range;
}

std::vector<Panel> panels_with_values(const RunRecord& run)
{
    std::vector<Panel> panels;
    for (std::size_t t = 0; t < run.journal.targets.size(); ++t) panels.push_back(target_panel(run, t));
    if (panels.size() > 1) panels.push_back(aggregate_panel(run));
    std::erase_if(panels, [](const Panel& panel) { return is_empty(values_of(panel)); });
    return panels;
}

double value_at(const Series& series, double iteration)
{
    for (std::size_t i = 0; i < series.iteration.size(); ++i) {
        if (series.iteration[i] == iteration) return series.value[i];
    }
    return std::nan("");
}

void draw_window(Drawing& drawing, const Frame& frame, const Range& window)
{
    const double top = frame.y(window.hi);
    const double right = frame.inner.x + frame.inner.width;
    add_rectangle(drawing, {frame.inner.x, top, frame.inner.width, frame.y(window.lo) - top}, "band c2");
    for (const double edge : {window.lo, window.hi}) add_line(drawing, {frame.inner.x, frame.y(edge)}, {right, frame.y(edge)}, "thin c2 d1");
}

void draw_means(Drawing& drawing, const Frame& frame, const Series& mean)
{
    if (mean.value.size() > most_dots) {
        for (const auto& line : step_lines(frame, mean)) add_polyline(drawing, line, "thin c0");
        return;
    }
    for (std::size_t i = 0; i < mean.value.size(); ++i) {
        if (!std::isfinite(mean.value[i])) continue;
        const auto tooltip = fmt::format("iteration {:.0f}: batch mean {}", mean.iteration[i], value_text(mean.value[i]));
        add_circle(drawing, {frame.x(mean.iteration[i]), frame.y(mean.value[i])}, mean.value.size() > most_dots / 2 ? 2 : 3, "dot c0", tooltip);
    }
}

void draw_label_counts(Drawing& drawing, const Frame& frame, const RunRecord& run)
{
    std::vector<double> at;
    std::vector<std::string> counts;
    for (const auto& line : run.metrics) {
        const auto iteration = static_cast<double>(line.iteration);
        if (std::find(frame.x_ticks.at.begin(), frame.x_ticks.at.end(), iteration) == frame.x_ticks.at.end()) continue;
        at.push_back(iteration);
        counts.push_back(count_text(line.labelled));
    }
    draw_top_labels(drawing, frame, at, counts, "labelled rows");
}

void draw_panel(Drawing& drawing, const Frame& frame, const Panel& panel, const RunRecord& run)
{
    if (panel.window) draw_window(drawing, frame, *panel.window);
    if (!panel.batch_min.value.empty()) {
        for (const auto& band : step_bands(frame, panel.batch_min, panel.batch_max)) add_polygon(drawing, band, "band c0");
    } else {
        for (const auto& line : step_lines(frame, panel.batch_max)) add_polyline(drawing, line, "thin c0");
    }
    draw_means(drawing, frame, panel.batch_mean);
    for (const auto& line : step_lines(frame, panel.best)) add_polyline(drawing, line, "line c1 best");
    if (const auto success = success_iteration(run)) {
        const auto iteration = static_cast<double>(*success);
        const double x = frame.x(iteration);
        add_line(drawing, {x, frame.inner.y}, {x, frame.inner.y + frame.inner.height}, "thin ink d1");
        if (const double best = value_at(panel.best, iteration); std::isfinite(best)) add_diamond(drawing, {x, frame.y(best)}, 6.5, "dot ink");
    }
}

std::vector<LegendEntry> legend_entries(const RunRecord& run, const std::vector<Panel>& panels)
{
    std::vector<LegendEntry> entries = {{Mark::line, "line c1", "best so far"},
                                        {Mark::band, "band c0", "smallest to largest label of the batch"}};
    const bool many = run.metrics.size() > most_dots;
    entries.push_back({many ? Mark::line : Mark::dot, many ? "thin c0" : "dot c0", "batch mean"});
    for (const auto& panel : panels) {
        if (!panel.window) continue;
        entries.push_back({Mark::band, "band c2", "window"});
        break;
    }
    if (const auto success = success_iteration(run)) entries.push_back({Mark::diamond, "dot ink", fmt::format("success at iteration {}", *success)});
    return entries;
}

/// "The best gap, 0.412, was reached in iteration 23."
std::string where_the_best_was_found(const RunRecord& run)
{
    std::string text;
    for (std::size_t t = 0; t < run.journal.targets.size(); ++t) {
        const double best = run.metrics.back().targets[t].best;
        for (const auto& line : run.metrics) {
            if (line.targets[t].best != best) continue;
            const auto when = line.iteration == 0 ? "is in the initial design" : fmt::format("was found in iteration {}", line.iteration);
            text += fmt::format(" The best {}, {}, {}.", escaped(run.journal.targets[t]), value_text(best), when);
            break;
        }
    }
    return text;
}

}  // namespace

Figure best_so_far_figure(const RunRecord& run)
{
    const auto panels = panels_with_values(run);
    if (panels.empty()) return {.svg = "", .caption = "No label has a value yet, so there is no curve of the best so far."};

    Drawing drawing{.width = figure_width};
    double top = 4 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, legend_entries(run, panels));
    const double panel_height = panels.size() == 1 ? 360 : 240;
    const auto iterations = iteration_range(static_cast<double>(run.metrics.front().iteration), static_cast<double>(run.metrics.back().iteration));
    for (std::size_t i = 0; i < panels.size(); ++i) {
        top += i == 0 ? top_labels_height + 8 : 14;
        const auto frame = draw_axes(drawing, {.place = {0, top, figure_width, panel_height},
                                               .x = iterations,
                                               .y = padded(values_of(panels[i]), 0.05),
                                               .x_label = "iteration",
                                               .y_label = panels[i].label,
                                               .x_is_whole = true});
        if (i == 0) draw_label_counts(drawing, frame, run);
        draw_panel(drawing, frame, panels[i], run);
        top += panel_height;
    }
    drawing.height = top;

    std::string caption = "Best label so far (line) and what each batch brought (band from its smallest to its largest label, with its mean) "
                          "against the iteration. Iteration 0 is the initial design.";
    caption += where_the_best_was_found(run);
    if (panels.size() > 1) caption += " The aggregate joins all targets into one number, larger is better; thin line: the batch's largest.";
    return {.svg = svg_element(drawing, "Best label so far by iteration"), .caption = caption};
}

}  // namespace sluice::report
