#include "report/figures/stage_seconds.hpp"

#include "report/html.hpp"
#include "report/page_style.hpp"
#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace sluice::report {

namespace {

constexpr std::size_t most_bars = 60;
constexpr double widest_bar = 70;

/// Neighbouring iterations drawn as one bar.
struct Bar {
    std::set<std::int64_t> iterations;
    std::map<std::string, double> seconds;  ///< by stage, summed over the iterations
};

/// Bars of 1, 2, 5, 10, … iterations, so that at most `most_bars` stand side by side.
std::int64_t iterations_per_bar(std::int64_t first, std::int64_t last)
{
    for (std::int64_t power = 1;; power *= 10) {
        for (const std::int64_t digit : {1, 2, 5}) {
            if (last / (digit * power) - first / (digit * power) + 1 <= static_cast<std::int64_t>(most_bars)) return digit * power;
        }
    }
}

std::map<std::int64_t, Bar> bars_of(const std::vector<StageCost>& costs, std::int64_t width)
{
    std::map<std::int64_t, Bar> bars;
    for (const auto& cost : costs) {
        auto& bar = bars[cost.iteration / width];
        bar.iterations.insert(cost.iteration);
        bar.seconds[cost.stage] += cost.seconds;
    }
    return bars;
}

struct TimeUnit {
    std::string name;
    double seconds;
};

TimeUnit unit_for(double seconds)
{
    if (seconds >= 7200) return {"hours", 3600};
    if (seconds >= 300) return {"minutes", 60};
    if (seconds < 0.1) return {"milliseconds", 1e-3};
    return {"seconds", 1};
}

double mean_seconds(const Bar& bar)
{
    double sum = 0;
    for (const auto& [stage, seconds] : bar.seconds) sum += seconds;
    return sum / static_cast<double>(bar.iterations.size());
}

void draw_bar(Drawing& drawing, const Frame& frame, const Range& columns, const Bar& bar, const std::vector<StageTotal>& stages, double unit)
{
    const double column = frame.x(columns.hi) - frame.x(columns.lo);
    const double width = std::min(widest_bar, column - std::min(3.0, 0.15 * column));
    const double left = frame.x(columns.lo) + (column - width) / 2;
    const auto first = *bar.iterations.begin(), last = *bar.iterations.rbegin();
    const auto when = first == last ? fmt::format("iteration {}", first) : fmt::format("iterations {}–{}, mean", first, last);
    double height = 0;
    for (const auto& stage : stages) {
        const auto found = bar.seconds.find(stage.stage);
        if (found == bar.seconds.end() || found->second <= 0) continue;
        const double seconds = found->second / static_cast<double>(bar.iterations.size());
        const double bottom = frame.y(height / unit);
        height += seconds;
        const double top = frame.y(height / unit);
        add_rectangle(drawing, {left, top, width, bottom - top}, fmt::format("box c{}", stage.place % hues),
                      fmt::format("{}, {}: {}", when, stage.stage, duration_text(seconds)));
    }
}

}  // namespace

Figure stage_seconds_figure(const RunRecord& run)
{
    const auto stages = stage_totals(run.stages);
    if (total_seconds(run.stages) <= 0) return {.svg = "", .caption = "The run folder has no times of stages."};
    Range iterations;
    for (const auto& cost : run.stages) include(iterations, static_cast<double>(cost.iteration));
    const auto width = iterations_per_bar(static_cast<std::int64_t>(iterations.lo), static_cast<std::int64_t>(iterations.hi));
    const auto bars = bars_of(run.stages, width);
    double highest = 0;
    for (const auto& [index, bar] : bars) highest = std::max(highest, mean_seconds(bar));
    const auto unit = unit_for(highest);

    Drawing drawing{.width = figure_width};
    std::vector<LegendEntry> entries;
    for (const auto& stage : stages) entries.push_back({Mark::box, fmt::format("box c{}", stage.place % hues), stage.stage});
    const double top = 14 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, entries);
    drawing.height = top + 304;
    const auto columns_of = [&](std::int64_t index) {
        return Range{static_cast<double>(index * width) - 0.5, static_cast<double>((index + 1) * width) - 0.5};
    };
    const auto frame = draw_axes(drawing, {.place = {0, top, figure_width, 300},
                                           .x = {columns_of(bars.begin()->first).lo, columns_of(bars.rbegin()->first).hi},
                                           .y = {0, 1.04 * highest / unit.seconds},
                                           .x_label = "iteration",
                                           .y_label = unit.name + " per iteration",
                                           .x_is_whole = true});
    for (const auto& [index, bar] : bars) draw_bar(drawing, frame, columns_of(index), bar, stages, unit.seconds);

    std::string caption = "Wall-clock time of the stages of each iteration, stacked.";
    if (width > 1) caption += fmt::format(" Each bar is the mean of {} iterations.", width);
    return {.svg = svg_element(drawing, "Time of the stages by iteration"), .caption = caption};
}

std::string stage_table(const RunRecord& run)
{
    const auto totals = stage_totals(run.stages);
    const double all = total_seconds(run.stages);
    if (totals.empty()) return "";
    Table table{.header = {"stage", "time", "share", "bytes", "byte rate", "flops", "flop rate"},
                .is_number = {false, true, true, true, true, true, true}};
    const auto amount = [](double value, const char* unit) { return value > 0 ? si_text(value, unit) : std::string(); };
    const auto rate = [](double value, double seconds, const char* unit) {
        return value > 0 && seconds > 0 ? si_text(value / seconds, unit) : std::string();
    };
    for (const auto& total : totals) {
        table.rows.push_back({total.stage, duration_text(total.seconds), all > 0 ? fmt::format("{:.1f} %", 100 * total.seconds / all) : "",
                              amount(total.bytes, "B"), rate(total.bytes, total.seconds, "B/s"), amount(total.flops, "FLOP"),
                              rate(total.flops, total.seconds, "FLOP/s")});
    }
    table.rows.push_back({"all", duration_text(all), "", "", "", "", ""});
    table.last_row_is_total = true;
    return html_table(table, "Time of the stages over the whole run. Rates: bytes moved and floating-point operations, over the stage's time.");
}

}  // namespace sluice::report
