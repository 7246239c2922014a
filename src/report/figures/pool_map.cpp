#include "report/figures/pool_map.hpp"

#include "report/page_style.hpp"
#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sluice::report {

namespace {

constexpr double frame_size = 560;
constexpr std::size_t most_tooltips = 3000;

double largest_count(const DensityMap& map)
{
    double largest = 0;
    for (const auto& row : map.counts) {
        for (const double count : row) {
            if (std::isfinite(count)) largest = std::max(largest, count);
        }
    }
    return largest;
}

/// Level of a count on a logarithmic scale from 1 to the largest.
int density_level(double count, double largest)
{
    if (largest <= 1) return density_levels - 1;
    return std::min(density_levels - 1, static_cast<int>(density_levels * std::log(count) / std::log(largest)));
}

void draw_density(Drawing& drawing, const Frame& frame, const DensityMap& map, double largest)
{
    std::vector<std::vector<Box>> cells(density_levels);
    const auto rows = static_cast<double>(map.counts.size());
    for (std::size_t j = 0; j < map.counts.size(); ++j) {
        const auto columns = static_cast<double>(map.counts[j].size());
        for (std::size_t i = 0; i < map.counts[j].size(); ++i) {
            const double count = map.counts[j][i];
            if (!(count >= 1)) continue;
            const auto x_at = [&](double bin) { return frame.x(map.x.lo + (map.x.hi - map.x.lo) * bin / columns); };
            const auto y_at = [&](double bin) { return frame.y(map.y.lo + (map.y.hi - map.y.lo) * bin / rows); };
            const double left = x_at(static_cast<double>(i)), top = y_at(static_cast<double>(j + 1));
            const Box cell{left, top, x_at(static_cast<double>(i + 1)) - left, y_at(static_cast<double>(j)) - top};
            cells[static_cast<std::size_t>(density_level(count, largest))].push_back(cell);
        }
    }
    for (std::size_t level = 0; level < cells.size(); ++level) {
        if (!cells[level].empty()) add_cells(drawing, cells[level], fmt::format("cells g{}", level));
    }
}

/// Iterations 1 … last share out the colours evenly; up to as many iterations as colours each has its own.
struct IterationColours {
    std::int64_t last = 0;
    std::int64_t steps() const { return std::min<std::int64_t>(last, ramp_colours); }
    std::int64_t step(std::int64_t iteration) const { return (iteration - 1) * steps() / last; }
    std::int64_t colour(std::int64_t step) const { return steps() == 1 ? ramp_colours / 2 : step * (ramp_colours - 1) / (steps() - 1); }
};

void draw_picks(Drawing& drawing, const Frame& frame, std::vector<Pick> picks, const std::vector<Label>& labels, const IterationColours& colours)
{
    std::set<std::uint64_t> failed;
    for (const auto& label : labels) {
        if (label.failed) failed.insert(label.row);
    }
    std::stable_sort(picks.begin(), picks.end(), [](const Pick& a, const Pick& b) { return a.iteration < b.iteration; });
    const double radius = picks.size() > 1000 ? 2.5 : picks.size() > 300 ? 3.2 : 4;
    for (const auto& pick : picks) {
        if (!std::isfinite(pick.x) || !std::isfinite(pick.y)) continue;
        const Point at{frame.x(pick.x), frame.y(pick.y)};
        const bool is_failed = failed.contains(pick.row);
        const auto when = pick.iteration == 0 ? std::string("initial design") : fmt::format("iteration {}", pick.iteration);
        const auto tooltip = picks.size() > most_tooltips ? "" : fmt::format("row {}, {}{}", pick.row, when, is_failed ? ", failed" : "");
        const auto colour = pick.iteration == 0 ? std::string("ink") : fmt::format("r{}", colours.colour(colours.step(pick.iteration)));
        if (is_failed) {
            add_cross(drawing, at, radius, "cross " + colour, tooltip);
        } else if (pick.iteration == 0) {
            add_square(drawing, at, radius * 0.85, "hollow ink", tooltip);
        } else {
            add_circle(drawing, at, radius, "pick " + colour, tooltip);
        }
    }
}

constexpr double bar_width = 14;

void draw_bar_tick(Drawing& drawing, const Box& bar, double y, const std::string& text)
{
    add_line(drawing, {bar.x + bar.width, y}, {bar.x + bar.width + 5, y}, "axis");
    add_text(drawing, {bar.x + bar.width + 9, y + 4}, text, "tick");
}

void draw_bar_frame(Drawing& drawing, const Box& bar, const std::string& title)
{
    add_rectangle(drawing, bar, "frame");
    add_text(drawing, {bar.x, bar.y - 10}, title, "label");
}

void draw_iteration_bar(Drawing& drawing, const Box& bar, const IterationColours& colours)
{
    const auto last = static_cast<double>(colours.last);
    const Scale scale{{0.5, last + 0.5}, bar.y + bar.height, bar.y};
    const double step_height = bar.height / static_cast<double>(colours.steps());
    for (std::int64_t step = 0; step < colours.steps(); ++step) {
        const double top = bar.y + bar.height - step_height * static_cast<double>(step + 1);
        add_rectangle(drawing, {bar.x, top, bar.width, step_height}, fmt::format("box r{}", colours.colour(step)));
    }
    const auto ticks = whole_ticks_in({1, last}, 8);
    const auto labels = tick_labels(ticks);
    for (std::size_t i = 0; i < ticks.at.size(); ++i) draw_bar_tick(drawing, bar, scale(ticks.at[i]), labels.text[i]);
    draw_bar_frame(drawing, bar, "iteration");
}

void draw_density_bar(Drawing& drawing, const Box& bar, double largest)
{
    const double step_height = bar.height / density_levels;
    for (int level = 0; level < density_levels; ++level) {
        add_cells(drawing, {{bar.x, bar.y + bar.height - step_height * (level + 1), bar.width, step_height}}, fmt::format("cells g{}", level));
    }
    const Scale scale{{0, std::log(std::max(largest, 2.0))}, bar.y + bar.height, bar.y};
    for (const double tick : decade_ticks(largest)) draw_bar_tick(drawing, bar, scale(std::log(tick)), count_text(tick));
    draw_bar_frame(drawing, bar, "rows per cell");
}

std::string component_label(int component, const std::vector<double>& explained)
{
    const auto index = static_cast<std::size_t>(component - 1);
    if (index >= explained.size() || !std::isfinite(explained[index])) return fmt::format("principal component {}", component);
    return fmt::format("principal component {} ({:.1f} % of the variance)", component, 100 * explained[index]);
}

bool is_a_line(const DensityMap& map)
{
    return map.explained.size() > 1 && std::abs(map.explained[1]) < 1e-9;
}

/// The map of a pool with one feature, with the labels of its first target as the height: picks without one, and the pool itself, lie below them.
DensityMap raised_to_labels(const DensityMap& line, const std::vector<Label>& labels)
{
    std::map<std::uint64_t, double> height;
    Range heights;
    for (const auto& label : labels) {
        if (label.values.empty()) continue;
        height[label.row] = label.values.front();
        include(heights, label.values.front());
    }
    if (is_empty(heights)) return line;
    const Range around = padded(heights, 0.1);
    const double step = around.hi - heights.hi;
    DensityMap raised = line;
    raised.y = {heights.lo - 1.5 * step, heights.lo - step};
    std::vector<double> counts(line.counts.empty() ? 0 : line.counts.front().size(), 0.0);
    for (const auto& row : line.counts) {
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += row[i];
    }
    raised.counts = {counts};
    for (auto& pick : raised.picks) pick.y = height.contains(pick.row) ? height[pick.row] : raised.y.hi;
    return raised;
}

}  // namespace

Figure pool_map_figure(const RunRecord& run)
{
    if (!run.map) return {.svg = "", .caption = "The run folder has no map.json, so there is no map of the pool."};
    const bool is_line = is_a_line(*run.map);
    const auto map = is_line ? raised_to_labels(*run.map, run.journal.labels) : *run.map;
    Range x = map.x;
    Range y = map.y;
    IterationColours colours;
    std::size_t initial = 0;
    for (const auto& pick : map.picks) {
        include(x, pick.x);
        include(y, pick.y);
        colours.last = std::max(colours.last, pick.iteration);
        if (pick.iteration == 0) ++initial;
    }
    const double largest = largest_count(map);
    if (largest < 1 && map.picks.empty()) return {.svg = "", .caption = "The pool has no rows, so there is no map of it."};

    Drawing drawing{.width = figure_width};
    std::vector<LegendEntry> entries;
    if (largest >= 1) entries.push_back({Mark::box, "cells g4", "rows of the pool"});
    if (initial > 0) entries.push_back({Mark::square, "hollow ink", "initial design"});
    if (map.picks.size() > initial) entries.push_back({Mark::dot, fmt::format("pick r{}", ramp_colours / 2), "picked, coloured by iteration"});
    if (std::any_of(run.journal.labels.begin(), run.journal.labels.end(), [](const Label& l) { return l.failed; })) {
        entries.push_back({Mark::cross, "cross ink", "failed"});
    }
    const double top = 16 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, entries);
    drawing.height = top + frame_size + 46;

    const auto frame = draw_axes(drawing, {.place = {0, top, frame_size + 90, frame_size + 42},
                                           .x = padded(x, 0.02),
                                           .y = padded(y, 0.02),
                                           .x_label = is_line ? "the feature, about its mean" : component_label(1, map.explained),
                                           .y_label = is_line ? run.journal.targets.front() : component_label(2, map.explained)});
    draw_density(drawing, frame, map, largest);
    draw_picks(drawing, frame, map.picks, run.journal.labels, colours);

    const double bar_left = frame.inner.x + frame.inner.width + 34;
    if (colours.last > 0) draw_iteration_bar(drawing, {bar_left, top + 24, bar_width, 220}, colours);
    if (largest >= 1) draw_density_bar(drawing, {bar_left, top + 310, bar_width, 220}, largest);

    const auto rows = count_text(run.journal.pool_rows > 0 ? static_cast<double>(run.journal.pool_rows) : static_cast<double>(map.picks.size()));
    const auto asked = fmt::format("the {} that were asked, {} of them in the initial design", count_text(static_cast<double>(map.picks.size())), initial);
    std::string caption = is_line ? fmt::format("The pool has one feature only: {}, at their labels, above the density of all {} rows (grey, logarithmic).", asked, rows)
                                  : fmt::format("The pool in its two first principal components: density of its {} rows (grey, logarithmic) and {}.", rows, asked);
    if (colours.last > 0) caption += " A cluster of one colour is a batch that searched one region; an even spread is exploration.";
    return {.svg = svg_element(drawing, "Asked rows on a density map of the pool"), .caption = caption};
}

}  // namespace sluice::report
