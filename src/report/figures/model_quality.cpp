#include "report/figures/model_quality.hpp"

#include "report/page_style.hpp"
#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

// Early models can be arbitrarily bad; below this their exact badness would only squeeze the rest of the figure.
constexpr double lowest_shown = -1;

Range values_shown(const RunRecord& run)
{
    Range range;
    for (const auto& line : run.metrics) {
        for (const auto& target : line.targets) {
            if (std::isfinite(target.oob_r2)) include(range, std::max(target.oob_r2, lowest_shown));
        }
    }
    return range;
}

/// \return whether a value lay below what is shown
bool draw_target(Drawing& drawing, const Frame& frame, const RunRecord& run, std::size_t target)
{
    const auto classes = fmt::format("c{}", target % hues);
    const double spacing = frame.x(1) - frame.x(0);
    bool any_below = false;
    std::vector<Point> stretch;
    Drawing dots;
    const auto end_stretch = [&] {
        if (stretch.size() > 1) add_polyline(drawing, stretch, "line " + classes);
        stretch.clear();
    };
    for (const auto& line : run.metrics) {
        const double r2 = line.targets[target].oob_r2;
        if (!std::isfinite(r2)) {
            end_stretch();
            continue;
        }
        const bool below = r2 < lowest_shown;
        const Point at{frame.x(static_cast<double>(line.iteration)), frame.y(std::max(r2, lowest_shown))};
        stretch.push_back(at);
        const auto tooltip = fmt::format("iteration {}: R² = {}", line.iteration, value_text(r2));
        if (below) add_triangle_down(dots, at, 4.5, "dot " + classes, tooltip);
        if (!below && spacing >= 5) add_circle(dots, at, spacing < 9 ? 2 : 3, "dot " + classes, tooltip);
        any_below = any_below || below;
    }
    end_stretch();
    drawing.body += dots.body;
    return any_below;
}

}  // namespace

Figure model_quality_figure(const RunRecord& run)
{
    auto range = values_shown(run);
    if (is_empty(range)) {
        return {.svg = "", .caption = "No out-of-bag R² was recorded: this campaign uses no ensemble model, or has not fitted one yet."};
    }
    include(range, 0);
    include(range, 1);

    Drawing drawing{.width = figure_width};
    std::vector<LegendEntry> entries;
    const auto& targets = run.journal.targets;
    for (std::size_t t = 0; targets.size() > 1 && t < targets.size(); ++t) {
        entries.push_back({Mark::line, fmt::format("line c{}", t % hues), targets[t]});
    }
    const double top = 10 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, entries);
    drawing.height = top + 270;
    const auto iterations = iteration_range(static_cast<double>(run.metrics.front().iteration), static_cast<double>(run.metrics.back().iteration));
    const auto frame = draw_axes(drawing, {.place = {0, top, figure_width, 266},
                                           .x = iterations,
                                           .y = padded(range, 0.04),
                                           .x_label = "iteration",
                                           .y_label = "out-of-bag R²",
                                           .x_is_whole = true});
    add_line(drawing, {frame.inner.x, frame.y(0)}, {frame.inner.x + frame.inner.width, frame.y(0)}, "thin ink d1");
    bool any_below = false;
    for (std::size_t t = 0; t < targets.size(); ++t) any_below = draw_target(drawing, frame, run, t) || any_below;

    std::string caption = "Out-of-bag R² of the model that chose the batch of each iteration, on the rows labelled by then: 1 is perfect, "
                          "0 (dashed) no better than the mean of the labels.";
    if (any_below) caption += fmt::format(" Triangles at {}: R² lies below.", value_text(lowest_shown));
    return {.svg = svg_element(drawing, "Out-of-bag R² by iteration"), .caption = caption};
}

}  // namespace sluice::report
