#include "report/figures/learning_curve.hpp"

#include "report/figures/banded_curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace sluice::report {

namespace {

/// Figures that share an axis, and what they are in words.
struct Kind {
    std::string axis;
    std::vector<TestFigure> figures;
    std::string reference;  ///< figure of the true response, the best that can be; empty: none
    std::string words;
};

const std::vector<Kind>& kinds()
{
    static const std::vector<Kind> all = {
        {"test NLL", {{"test_nll", "test NLL"}}, "oracle_nll", "Negative log-likelihood of points that were set aside (test NLL): lower is better."},
        {"test accuracy", {{"test_accuracy", "test accuracy"}}, "", "Test accuracy: share of points that were set aside whose class the model says; 1 is perfect."},
        {"test log loss", {{"test_log_loss", "test log loss"}}, "", "Test log loss: mean of -log of the probability that the model gives to the true class of such a point; lower is better, and 0 perfect."},
        {"test RMSE", {{"test_mse", "test RMSE", true}}, "", "Test RMSE: root mean squared error on points that were set aside, in units of the target; lower is better."},
        {"test RMSE", {{"test_mse_dense", "test RMSE, dense", true}, {"test_mse_sparse", "test RMSE, sparse", true}}, "",
         "Dense and sparse: the same error where many candidates of the pool are near, and for those test points that are farthest from them."},
    };
    return all;
}

double figure_of(const IterationMetrics& line, const std::string& name)
{
    const auto found = line.figures.find(name);
    return found == line.figures.end() ? std::nan("") : found->second;
}

/// What was learnt on one pool, of one kind.
struct Panel {
    std::string pool;
    std::map<std::pair<std::size_t, std::size_t>, std::map<double, std::vector<double>>> values = {};  ///< by campaign and figure, then by labelled rows; sorted
    std::map<std::size_t, std::size_t> runs = {};  ///< by campaign
    std::vector<double> references = {};
};

std::vector<Panel> panels_of(const Kind& kind, const std::vector<RunRecord>& runs, const RunNames& names)
{
    std::vector<Panel> panels;
    for (std::size_t r = 0; r < runs.size(); ++r) {
        std::vector<LearningCurve> curves;
        for (const auto& figure : kind.figures) curves.push_back(learning_curve(runs[r], figure));
        if (std::all_of(curves.begin(), curves.end(), [](const LearningCurve& curve) { return curve.value.empty(); })) continue;
        auto panel = std::find_if(panels.begin(), panels.end(), [&](const Panel& one) { return one.pool == runs[r].journal.pool; });
        if (panel == panels.end()) panel = panels.insert(panels.end(), {.pool = runs[r].journal.pool});
        ++panel->runs[names.campaign[r]];
        for (std::size_t f = 0; f < curves.size(); ++f) {
            for (std::size_t i = 0; i < curves[f].value.size(); ++i) insert_sorted(panel->values[{names.campaign[r], f}][curves[f].labelled[i]], curves[f].value[i]);
        }
        double reference = std::nan("");  // the last
        for (const auto& line : runs[r].metrics) {
            if (const double value = figure_of(line, kind.reference); std::isfinite(value)) reference = value;
        }
        if (std::isfinite(reference)) panel->references.push_back(reference);
    }
    return panels;
}

/// Test sets differ between seeds, and so do their references: the mean stands for all.
std::optional<double> mean_of(const std::vector<double>& values)
{
    if (values.empty()) return {};
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

CurvePanel drawn(const Kind& kind, const Panel& panel, const RunNames& names)
{
    CurvePanel shown{.quantity = kind.axis, .y_label = kind.axis + ", " + shortened(panel.pool, 24), .curves = {}, .reference = mean_of(panel.references), .reference_legend = "true response"};
    for (const auto& [which, values] : panel.values) {
        const auto [campaign, figure] = which;
        const auto part = kind.figures.size() == 1 ? std::string() : kind.figures[figure].quantity.substr(kind.axis.size());
        const auto count = panel.runs.at(campaign);
        const auto legend = shortened(names.campaigns[campaign], 40) + part;
        shown.curves.push_back({.colour = campaign * kind.figures.size() + figure, .name = names.campaigns[campaign] + part, .legend = count == 1 ? legend : fmt::format("{} ({} runs)", legend, count), .values = values});
    }
    return shown;
}

}  // namespace

std::vector<TestFigure> figures_of_tests(const std::vector<RunRecord>& runs)
{
    std::vector<TestFigure> found;
    for (const auto& kind : kinds()) {
        for (const auto& figure : kind.figures) {
            if (std::any_of(runs.begin(), runs.end(), [&](const RunRecord& run) { return !learning_curve(run, figure).value.empty(); })) found.push_back(figure);
        }
    }
    return found;
}

LearningCurve learning_curve(const RunRecord& run, const TestFigure& figure)
{
    LearningCurve curve;
    for (std::size_t i = 1; i < run.metrics.size(); ++i) {
        const double value = figure_of(run.metrics[i], figure.name);
        if (!std::isfinite(value)) continue;
        curve.labelled.push_back(run.metrics[i - 1].labelled);  // the model chose batch i, and knew those before it
        curve.value.push_back(figure.is_square ? std::sqrt(value) : value);
    }
    return curve;
}

Figure learning_curve_figure(const std::vector<RunRecord>& runs, const RunNames& names)
{
    Drawing drawing{.width = figure_width};
    double top = 2;
    bool any_band = false, any_reference = false;
    std::string words;
    for (const auto& kind : kinds()) {
        const auto panels = panels_of(kind, runs, names);
        if (!panels.empty()) words += " " + kind.words;
        for (const auto& panel : panels) {
            top += draw_curve_panel(drawing, top, drawn(kind, panel, names)) + 12;
            any_reference = any_reference || !panel.references.empty();
            any_band = any_band || std::any_of(panel.runs.begin(), panel.runs.end(), [](const auto& runs_of) { return runs_of.second > 1; });
        }
    }
    if (words.empty()) return {.svg = "", .caption = "No run tested its models, so there is no learning curve."};
    drawing.height = top;
    std::string caption = "How well the model that chose each batch predicted, against the labelled rows that it knew." + words;
    if (any_band) caption += " Of several runs of a campaign: their median, and a band from the smallest to the largest.";
    if (any_reference) caption += " Dashed: the true response on the same points, the least that a model can reach on average.";
    return {.svg = svg_element(drawing, "Tests by labelled rows"), .caption = caption};
}

}  // namespace sluice::report
