#include "report/learning_curve.hpp"

#include "report/axes.hpp"
#include "report/legend.hpp"
#include "report/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace sluice::report {

namespace {

/// The curves of one campaign's runs, by the number of labelled rows.
struct Curve {
    std::size_t campaign = 0;
    std::size_t runs = 0;
    std::map<double, std::vector<double>> nll = {};  ///< sorted
};

/// What was learnt on one pool.
struct Panel {
    std::string pool;
    std::vector<Curve> curves = {};
    std::vector<double> oracles = {};
};

double middle(const std::vector<double>& sorted)
{
    const auto half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// The element of a list that has this key, made if there is none.
template <typename Element, typename Key>
Element& element_of(std::vector<Element>& list, Key Element::*member, const Key& key)
{
    const auto found = std::find_if(list.begin(), list.end(), [&](const Element& element) { return element.*member == key; });
    if (found != list.end()) return *found;
    list.push_back({});
    list.back().*member = key;
    return list.back();
}

std::vector<Panel> panels_of(const std::vector<RunRecord>& runs, const RunNames& names)
{
    std::vector<Panel> panels;
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const auto own = learning_curve(runs[r]);
        if (own.nll.empty()) continue;
        auto& panel = element_of(panels, &Panel::pool, runs[r].journal.pool);
        auto& curve = element_of(panel.curves, &Curve::campaign, names.campaign[r]);
        ++curve.runs;
        for (std::size_t i = 0; i < own.nll.size(); ++i) {
            auto& values = curve.nll[own.labelled[i]];
            values.insert(std::upper_bound(values.begin(), values.end(), own.nll[i]), own.nll[i]);
        }
        if (std::isfinite(own.oracle)) panel.oracles.push_back(own.oracle);
    }
    return panels;
}

/// Test sets differ between seeds, and so do their oracles: the mean stands for all.
double mean_oracle(const Panel& panel)
{
    double sum = 0;
    for (const double oracle : panel.oracles) sum += oracle;
    return sum / static_cast<double>(panel.oracles.size());
}

void draw_curve(Drawing& drawing, const Frame& frame, const Curve& curve, const std::string& name, const std::function<double(double)>& height)
{
    const auto classes = colour_classes(curve.campaign);
    std::vector<Point> lower, middles, upper;
    for (const auto& [labelled, values] : curve.nll) {
        lower.push_back({frame.x(labelled), height(values.front())});
        middles.push_back({frame.x(labelled), height(middle(values))});
        upper.push_back({frame.x(labelled), height(values.back())});
    }
    if (curve.runs > 1) {
        lower.insert(lower.end(), upper.rbegin(), upper.rend());
        add_polygon(drawing, lower, "band " + classes);
    }
    add_polyline(drawing, middles, "line " + classes);
    for (std::size_t i = 0; const auto& [labelled, values] : curve.nll) {
        add_circle(drawing, middles[i++], 2.5, "dot " + classes, fmt::format("{}, {} labelled: test NLL {}", name, count_text(labelled), value_text(middle(values))));
    }
}

/// \return the height that it took
double draw_panel(Drawing& drawing, double top, const Panel& panel, const RunNames& names)
{
    constexpr double height_of_panel = 320;
    Range labelled, values;
    for (const auto& curve : panel.curves) {
        for (const auto& [rows, nll] : curve.nll) {
            include(labelled, rows);
            include(values, nll.front());
            include(values, nll.back());
        }
    }
    if (!panel.oracles.empty()) include(values, mean_oracle(panel));
    const bool logarithmic = values.lo > 0 && values.hi > 10 * values.lo;
    const auto shown = [&](double value) { return logarithmic ? std::log10(value) : value; };

    std::vector<LegendEntry> entries;
    for (const auto& curve : panel.curves) {
        const auto name = shortened(names.campaigns[curve.campaign], 40);
        entries.push_back({Mark::line, "line " + colour_classes(curve.campaign), curve.runs == 1 ? name : fmt::format("{} ({} runs)", name, curve.runs)});
    }
    if (!panel.oracles.empty()) entries.push_back({Mark::line, "thin ink d1", "true response"});
    const double legend = 10 + draw_legend(drawing, {usual_left_space, top, figure_width - usual_left_space, 0}, entries);
    const auto frame = draw_axes(drawing, {.place = {0, top + legend, figure_width, height_of_panel},
                                           .x = padded(labelled, 0.02),
                                           .y = padded({shown(values.lo), shown(values.hi)}, 0.05),
                                           .x_label = "labelled rows",
                                           .y_label = "test NLL, " + shortened(panel.pool, 24),
                                           .x_is_whole = true,
                                           .y_is_logarithm = logarithmic});
    const auto height = [&](double value) { return frame.y(shown(value)); };
    if (!panel.oracles.empty()) {
        const double y = height(mean_oracle(panel));
        add_line(drawing, {frame.inner.x, y}, {frame.inner.x + frame.inner.width, y}, "thin ink d1");
    }
    for (const auto& curve : panel.curves) draw_curve(drawing, frame, curve, names.campaigns[curve.campaign], height);
    return legend + height_of_panel;
}

}  // namespace

LearningCurve learning_curve(const RunRecord& run)
{
    LearningCurve curve{.oracle = std::nan("")};
    const auto figure = [](const IterationMetrics& line, const char* name) {
        const auto found = line.figures.find(name);
        return found == line.figures.end() ? std::nan("") : found->second;
    };
    for (std::size_t i = 1; i < run.metrics.size(); ++i) {
        const double nll = figure(run.metrics[i], "test_nll");
        if (const double oracle = figure(run.metrics[i], "oracle_nll"); std::isfinite(oracle)) curve.oracle = oracle;
        if (!std::isfinite(nll)) continue;
        curve.labelled.push_back(run.metrics[i - 1].labelled);  // the model chose batch i, and knew those before it
        curve.nll.push_back(nll);
    }
    return curve;
}

Figure learning_curve_figure(const std::vector<RunRecord>& runs, const RunNames& names)
{
    const auto panels = panels_of(runs, names);
    if (panels.empty()) return {.svg = "", .caption = "No run tested its models, so there is no learning curve."};
    Drawing drawing{.width = figure_width};
    double top = 2;
    bool any_band = false, any_oracle = false;
    for (const auto& panel : panels) {
        top += draw_panel(drawing, top, panel, names) + 12;
        any_oracle = any_oracle || !panel.oracles.empty();
        any_band = any_band || std::any_of(panel.curves.begin(), panel.curves.end(), [](const Curve& curve) { return curve.runs > 1; });
    }
    drawing.height = top;
    std::string caption = "Negative log-likelihood of points that were set aside, under the model that chose each batch, against the rows that it knew.";
    if (any_band) caption += " Of several runs of a campaign: their median, and a band from the smallest to the largest.";
    if (any_oracle) caption += " Dashed: the true response on the same points, the least that a model can reach on average.";
    return {.svg = svg_element(drawing, "Test NLL by labelled rows"), .caption = caption};
}

}  // namespace sluice::report
