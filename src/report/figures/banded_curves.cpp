#include "report/figures/banded_curves.hpp"

#include "report/plot/axes.hpp"
#include "report/plot/figure.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"
#include "report/record/run_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace sluice::report {

namespace {

double middle(const std::vector<double>& sorted)
{
    const auto half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

void draw_curve(Drawing& drawing, const Frame& frame, const BandedCurve& curve, const std::string& quantity, const std::function<double(double)>& height)
{
    const auto classes = colour_classes(curve.colour);
    std::vector<Point> lower, middles, upper;
    bool has_band = false;
    for (const auto& [labelled, values] : curve.values) {
        lower.push_back({frame.x(labelled), height(values.front())});
        middles.push_back({frame.x(labelled), height(middle(values))});
        upper.push_back({frame.x(labelled), height(values.back())});
        has_band = has_band || values.size() > 1;
    }
    if (has_band) {
        lower.insert(lower.end(), upper.rbegin(), upper.rend());
        add_polygon(drawing, lower, "band " + classes);
    }
    add_polyline(drawing, middles, "line " + classes);
    for (std::size_t i = 0; const auto& [labelled, values] : curve.values) {
        add_circle(drawing, middles[i++], 2.5, "dot " + classes, fmt::format("{}, {} labelled: {} {}", curve.name, count_text(labelled), quantity, value_text(middle(values))));
    }
}

}  // namespace

void insert_sorted(std::vector<double>& sorted, double value)
{
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
}

double draw_curve_panel(Drawing& drawing, double top, const CurvePanel& panel)
{
    constexpr double height_of_panel = 320;
    Range labelled, shown_values;
    for (const auto& curve : panel.curves) {
        for (const auto& [rows, values] : curve.values) {
            include(labelled, rows);
            include(shown_values, values.front());
            include(shown_values, values.back());
        }
    }
    if (panel.reference) include(shown_values, *panel.reference);
    const bool logarithmic = shown_values.lo > 0 && shown_values.hi > 10 * shown_values.lo;
    const auto shown = [&](double value) { return logarithmic ? std::log10(value) : value; };

    std::vector<LegendEntry> entries;
    for (const auto& curve : panel.curves) entries.push_back({Mark::line, "line " + colour_classes(curve.colour), curve.legend});
    if (panel.reference) entries.push_back({Mark::line, "thin ink d1", panel.reference_legend});
    const double legend = 10 + draw_legend(drawing, {usual_left_space, top, figure_width - usual_left_space, 0}, entries);
    const auto frame = draw_axes(drawing, {.place = {0, top + legend, figure_width, height_of_panel},
                                           .x = padded(labelled, 0.02),
                                           .y = padded({shown(shown_values.lo), shown(shown_values.hi)}, 0.05),
                                           .x_label = "labelled rows",
                                           .y_label = panel.y_label,
                                           .x_is_whole = true,
                                           .y_is_logarithm = logarithmic});
    const auto height = [&](double value) { return frame.y(shown(value)); };
    if (panel.reference) {
        const double y = height(*panel.reference);
        add_line(drawing, {frame.inner.x, y}, {frame.inner.x + frame.inner.width, y}, "thin ink d1");
    }
    for (const auto& curve : panel.curves) draw_curve(drawing, frame, curve, panel.quantity, height);
    return legend + height_of_panel;
}

}  // namespace sluice::report
