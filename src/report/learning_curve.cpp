#include "report/learning_curve.hpp"

#include "report/banded_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace sluice::report {

namespace {

/// What was learnt on one pool.
struct Panel {
    std::string pool;
    std::map<std::size_t, std::map<double, std::vector<double>>> nll = {};  ///< by campaign and labelled rows, sorted
    std::map<std::size_t, std::size_t> runs = {};                          ///< by campaign
    std::vector<double> oracles = {};
};

std::vector<Panel> panels_of(const std::vector<RunRecord>& runs, const RunNames& names)
{
    std::vector<Panel> panels;
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const auto own = learning_curve(runs[r]);
        if (own.nll.empty()) continue;
        auto panel = std::find_if(panels.begin(), panels.end(), [&](const Panel& one) { return one.pool == runs[r].journal.pool; });
        if (panel == panels.end()) panel = panels.insert(panels.end(), {.pool = runs[r].journal.pool});
        ++panel->runs[names.campaign[r]];
        for (std::size_t i = 0; i < own.nll.size(); ++i) insert_sorted(panel->nll[names.campaign[r]][own.labelled[i]], own.nll[i]);
        if (std::isfinite(own.oracle)) panel->oracles.push_back(own.oracle);
    }
    return panels;
}

/// Test sets differ between seeds, and so do their oracles: the mean stands for all.
std::optional<double> mean_oracle(const Panel& panel)
{
    if (panel.oracles.empty()) return {};
    double sum = 0;
    for (const double oracle : panel.oracles) sum += oracle;
    return sum / static_cast<double>(panel.oracles.size());
}

CurvePanel drawn(const Panel& panel, const RunNames& names)
{
    CurvePanel shown{.quantity = "test NLL", .y_label = "test NLL, " + shortened(panel.pool, 24), .curves = {}, .reference = mean_oracle(panel), .reference_legend = "true response"};
    for (const auto& [campaign, values] : panel.nll) {
        const auto& name = names.campaigns[campaign];
        const auto short_name = shortened(name, 40);
        const auto count = panel.runs.at(campaign);
        shown.curves.push_back({.colour = campaign, .name = name, .legend = count == 1 ? short_name : fmt::format("{} ({} runs)", short_name, count), .values = values});
    }
    return shown;
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
        top += draw_curve_panel(drawing, top, drawn(panel, names)) + 12;
        any_oracle = any_oracle || !panel.oracles.empty();
        any_band = any_band || std::any_of(panel.runs.begin(), panel.runs.end(), [](const auto& runs_of) { return runs_of.second > 1; });
    }
    drawing.height = top;
    std::string caption = "Negative log-likelihood of points that were set aside, under the model that chose each batch, against the rows that it knew.";
    if (any_band) caption += " Of several runs of a campaign: their median, and a band from the smallest to the largest.";
    if (any_oracle) caption += " Dashed: the true response on the same points, the least that a model can reach on average.";
    return {.svg = svg_element(drawing, "Test NLL by labelled rows"), .caption = caption};
}

}  // namespace sluice::report
