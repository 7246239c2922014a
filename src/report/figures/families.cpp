#include "report/figures/families.hpp"

#include "report/page_style.hpp"
#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

/// Mean over the targets of a family's number at every iteration.
Series of_family(const RunRecord& run, const std::string& family, double FamilyQuality::*number)
{
    Series series;
    for (const auto& step : run.journal.fusion) {
        double sum = 0, count = 0;
        for (const auto& quality : step.families) {
            if (quality.family == family && std::isfinite(quality.*number)) sum += quality.*number, count += 1;
        }
        series.iteration.push_back(static_cast<double>(step.iteration));
        series.value.push_back(sum / count);
    }
    return series;
}

Series mean_of(const RunRecord& run, std::vector<double> FusionStep::*numbers)
{
    Series series;
    for (const auto& step : run.journal.fusion) {
        double sum = 0;
        for (const double value : step.*numbers) sum += value;
        series.iteration.push_back(static_cast<double>(step.iteration));
        series.value.push_back(sum / static_cast<double>((step.*numbers).size()));
    }
    return series;
}

std::vector<Point> line_through(const Frame& frame, const Series& series)
{
    std::vector<Point> points;
    for (std::size_t i = 0; i < series.value.size(); ++i) {
        if (std::isfinite(series.value[i])) points.push_back({frame.x(series.iteration[i]), frame.y(series.value[i])});
    }
    return points;
}

void draw_series(Drawing& drawing, const Frame& frame, const Series& series, const std::string& classes, const std::string& name)
{
    const auto points = line_through(frame, series);
    if (points.size() > 1) add_polyline(drawing, points, "line " + classes);
    for (std::size_t i = 0, k = 0; i < series.value.size(); ++i) {
        if (!std::isfinite(series.value[i])) continue;
        add_circle(drawing, points[k++], 2.5, "dot " + classes, fmt::format("{}, iteration {}: {:.3g}", name, series.iteration[i], series.value[i]));
    }
}

Range iterations_of(const RunRecord& run)
{
    return iteration_range(static_cast<double>(run.journal.fusion.front().iteration), static_cast<double>(run.journal.fusion.back().iteration));
}

}  // namespace

Figure family_reliability_figure(const RunRecord& run)
{
    if (run.journal.fusion.empty()) return {.svg = "", .caption = "No families were fused in this run."};
    std::vector<std::string> names;
    for (const auto& quality : run.journal.fusion.front().families) {
        if (std::find(names.begin(), names.end(), quality.family) == names.end()) names.push_back(quality.family);
    }
    Drawing drawing{.width = figure_width};
    std::vector<LegendEntry> entries;
    for (std::size_t f = 0; f < names.size(); ++f) entries.push_back({Mark::line, fmt::format("line c{}", f % hues), names[f]});
    const double top = 10 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, entries);
    constexpr double panel = 210;
    drawing.height = top + 2 * panel;
    double begin = top;
    for (const auto& [number, label] : {std::pair(&FamilyQuality::accuracy, "accuracy (R²)"), std::pair(&FamilyQuality::calibration, "calibration (ELPD)")}) {
        const auto frame = draw_axes(drawing, {.place = {0, begin, figure_width, panel - 6}, .x = iterations_of(run), .y = {0, 1}, .x_label = "iteration", .y_label = label, .x_is_whole = true});
        for (std::size_t f = 0; f < names.size(); ++f) draw_series(drawing, frame, of_family(run, names[f], number), fmt::format("c{}", f % hues), names[f]);
        begin += panel;
    }
    return {.svg = svg_element(drawing, "Reliability of the families by iteration"),
            .caption = "How far each family of surrogates may be trusted, out of bag: its coefficient of determination, and the calibration of its predictions (from its expected log "
                       "predictive density); 1 is best. Over several targets the mean."};
}

Figure deviation_figure(const RunRecord& run)
{
    if (run.journal.fusion.empty()) return {.svg = "", .caption = "No families were fused in this run."};
    const auto accuracy = mean_of(run, &FusionStep::deviation), calibration = mean_of(run, &FusionStep::calibration_deviation);
    Range values{0, 0.1};
    for (const auto* series : {&accuracy, &calibration}) {
        for (const double v : series->value) include(values, v);
    }
    Drawing drawing{.width = figure_width};
    const double top = 10 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, {{Mark::line, "line c0", "accuracy"}, {Mark::line, "line c1 d1", "calibration"}});
    drawing.height = top + 214;
    const auto frame = draw_axes(drawing, {.place = {0, top, figure_width, 210}, .x = iterations_of(run), .y = padded(values, 0.04), .x_label = "iteration", .y_label = "deviation ratio", .x_is_whole = true});
    draw_series(drawing, frame, accuracy, "c0", "accuracy");
    draw_series(drawing, frame, calibration, "c1 d1", "calibration");
    return {.svg = svg_element(drawing, "Deviation ratios by iteration"),
            .caption = "Deviation ratio: mean times standard deviation of the families' reliabilities, each relative to the best family. Large where families are good on average and "
                       "yet unequal; it moves the fusion towards the families that are unsure."};
}

}  // namespace sluice::report
