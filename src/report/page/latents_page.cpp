#include "report/page/latents_page.hpp"

#include "base/error.hpp"
#include "report/html.hpp"
#include "report/page/page.hpp"
#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"
#include "report/record/run_names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

std::vector<TemperatureTrial> trials_of(const nlohmann::json& about, const char* name)
{
    std::vector<TemperatureTrial> trials;
    for (const auto& one : about.value(name, nlohmann::json::array())) {
        trials.push_back({one.at("temperature").get<double>(), one.at("error").get<double>(), one.at("active").get<double>(), one.at("informed").get<double>()});
    }
    return trials;
}

/// One quantity of trials by temperature.
struct Curve {
    std::size_t colour = 0;
    std::string legend;
    double TemperatureTrial::*value;
};

/// A dashed level.
struct Level {
    double value = 0;
    std::string legend;
};

/// \param trials  at temperatures above 0, coldest first
/// \return the height that it took
double draw_by_temperature(Drawing& drawing, double top, const std::string& label, const std::vector<Curve>& curves, const std::vector<TemperatureTrial>& trials,
                           const std::vector<TemperatureTrial>& runs, const std::vector<Level>& levels, bool from_zero)
{
    constexpr double height_of_panel = 260;
    Range temperatures, values;
    for (const auto* list : {&trials, &runs}) {
        for (const auto& trial : *list) {
            include(temperatures, std::log10(trial.temperature));
            for (const auto& curve : curves) include(values, trial.*curve.value);
        }
    }
    for (const auto& level : levels) include(values, level.value);
    if (from_zero) include(values, 0);
    const bool logarithmic = values.lo > 0 && values.hi > 10 * values.lo;
    const auto shown = [&](double value) { return logarithmic ? std::log10(value) : value; };

    std::vector<LegendEntry> entries;
    for (const auto& curve : curves) entries.push_back({Mark::line, "line " + colour_classes(curve.colour), curve.legend});
    for (std::size_t l = 0; l < levels.size(); ++l) entries.push_back({Mark::line, fmt::format("thin ink d{}", l + 1), levels[l].legend});
    if (!runs.empty()) entries.push_back({Mark::diamond, "dot " + colour_classes(curves[0].colour), "full training"});
    const double legend = 10 + draw_legend(drawing, {usual_left_space, top, figure_width - usual_left_space, 0}, entries);
    const auto frame = draw_axes(drawing, {.place = {0, top + legend, figure_width, height_of_panel}, .x = padded(temperatures, 0.04),
                                           .y = padded({shown(values.lo), shown(values.hi)}, 0.05), .x_label = "common logarithm of the temperature", .y_label = label, .y_is_logarithm = logarithmic});
    for (std::size_t l = 0; l < levels.size(); ++l) {
        const double y = frame.y(shown(levels[l].value));
        add_line(drawing, {frame.inner.x, y}, {frame.inner.x + frame.inner.width, y}, fmt::format("thin ink d{}", l + 1));
    }
    for (const auto& curve : curves) {
        const auto classes = colour_classes(curve.colour);
        const auto place = [&](const TemperatureTrial& trial) { return Point{frame.x(std::log10(trial.temperature)), frame.y(shown(trial.*curve.value))}; };
        const auto tooltip = [&](const TemperatureTrial& trial) { return fmt::format("T = {}: {} {}", value_text(trial.temperature), curve.legend, value_text(trial.*curve.value)); };
        std::vector<Point> line;
        for (const auto& trial : trials) line.push_back(place(trial));
        add_polyline(drawing, line, "line " + classes);
        for (const auto& trial : trials) add_circle(drawing, place(trial), 2.5, "dot " + classes, tooltip(trial));
        for (const auto& run : runs) add_diamond(drawing, place(run), 5, "dot " + classes, "full training, " + tooltip(run));
    }
    return legend + height_of_panel;
}

std::string number(double value)
{
    return fmt::format("{:.4g}", value);
}

Table comparison(const std::vector<LatentsRecord>& records)
{
    Table table{.header = {"latents", "method", "units", "rows", "encoders", "R1", "R2", "R3", "components", "active", "active means", "informed", "share", "T"},
                .is_number = {false, false, true, true, true, true, true, true, true, true, true, true, true, true}};
    for (const auto& r : records) {
        table.rows.push_back({r.name, r.method, count_text(r.units), count_text(r.training_rows), count_text(r.encoders), number(r.error), number(r.error_of_mean_code),
                              number(r.error_of_mean_reconstruction), number(r.error_of_principal_components), count_text(r.active), count_text(r.active_means), count_text(r.informed),
                              fmt::format("{:.3f}", r.information), r.temperature > 0 ? value_text(r.temperature) : "–"});
    }
    return table;
}

}  // namespace

LatentsRecord latents_record(const std::string& name, const std::string& text)
{
    try {
        const auto about = nlohmann::json::parse(text);
        LatentsRecord r{.name = name, .method = about.at("method").get<std::string>(), .warning = about.value("warning", "")};
        const auto read = [&](const char* key, double& value) { value = about.at(key).get<double>(); };
        read("units", r.units);
        read("training_rows", r.training_rows);
        read("encoders", r.encoders);
        read("error", r.error);
        read("error_of_mean_code", r.error_of_mean_code);
        read("error_of_mean_reconstruction", r.error_of_mean_reconstruction);
        read("error_of_principal_components", r.error_of_principal_components);
        read("active", r.active);
        read("active_means", r.active_means);
        read("informed", r.informed);
        read("information", r.information);
        r.temperature = about.value("temperature", 0.0);
        r.target_error = about.value("target_error", 0.0);
        r.trials = trials_of(about, "trials");
        r.runs = trials_of(about, "runs");
        return r;
    } catch (const nlohmann::json::exception& error) {
        fail("{}: /representation is not what represent writes: {}", name, error.what());
    }
}

Figure temperature_figure(const LatentsRecord& record)
{
    std::vector<TemperatureTrial> trials;
    std::vector<Level> levels;
    for (const auto& trial : record.trials) {
        if (trial.temperature > 0) trials.push_back(trial);
        else levels.push_back({trial.error, "plain autoencoder"});
    }
    if (trials.empty()) return {.svg = "", .caption = "No temperatures were tried: represent with --calibration trials or --scan does."};
    std::sort(trials.begin(), trials.end(), [](const auto& a, const auto& b) { return a.temperature < b.temperature; });
    if (record.target_error > 0) levels.push_back({record.target_error, "aimed at"});
    Drawing drawing{.width = figure_width};
    double top = 2;
    top += draw_by_temperature(drawing, top, "held-out error", {{0, "single encoders", &TemperatureTrial::error}}, trials, record.runs, levels, false) + 12;
    top += draw_by_temperature(drawing, top, "units", {{1, "active", &TemperatureTrial::active}, {2, "informed", &TemperatureTrial::informed}}, trials, record.runs,
                               {{record.units, "all"}}, true);
    drawing.height = top;
    return {.svg = svg_element(drawing, "Error and units by temperature"),
            .caption = "Short trainings of the entropic autoencoder at several temperatures. Above: mean squared error of held-out rows. Below: units that are active, with a variance above 0.01, "
                       "and informed, with more than 0.05 of it between rows; the first depends on the scale of the latents, the second does not."};
}

std::string latents_page(const std::vector<LatentsRecord>& records)
{
    int figure_number = 1;
    std::string html = records.size() == 1 ? "<h1>" + escaped(records[0].name) + "</h1>\n" : fmt::format("<h1>{} pools of latents</h1>\n", records.size());
    html += html_table(comparison(records), "Mean squared errors of held-out rows, by single encoders (R1), by the mean code (R2), of the mean reconstruction (R3), and of as many principal "
                                            "components; units that are active (variance above 0.01, pooled and of the mean codes) and informed (more than 0.05 of it between rows), and the mean share.");
    for (const auto& record : records) {
        if (!record.warning.empty()) html += "<p>" + escaped(record.name + ": " + record.warning) + "</p>\n";
        if (record.trials.empty() && record.pictures.empty()) continue;
        if (records.size() > 1) html += "<h2>" + escaped(record.name) + "</h2>\n";
        if (!record.trials.empty()) html += html_figure(temperature_figure(record), figure_number);
        for (const auto& pictures : record.pictures) html += html_figure(picture_figure(pictures), figure_number);
    }
    return whole_page("Sluice: latents", html);
}

}  // namespace sluice::report
