#include "campaign/run_folder/metrics.hpp"

#include "base/csv.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

namespace {

std::string cell(double value)
{
    return std::isfinite(value) ? fmt::format(",{}", value) : ",";
}

/// Running figures over the labels so far, and those of the batch being read.
struct Tally {
    std::int64_t labelled = 0, failed = 0;
    std::vector<double> best;  ///< raw value of the best merit, per target
    double aggregate_best = -INFINITY;
    std::vector<std::vector<double>> batch;  ///< answered values of the batch
};

void count(Tally& tally, const LabelEvent& label, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement)
{
    if (!label.answer) {
        ++tally.failed;
        return;
    }
    ++tally.labelled;
    const auto& values = *label.answer;
    tally.batch.push_back(values);
    tally.best.resize(goals.size(), std::nan(""));
    for (std::size_t t = 0; t < goals.size(); ++t) {
        if (std::isnan(tally.best[t]) || goals[t].merit(values[t]) > goals[t].merit(tally.best[t])) tally.best[t] = values[t];
    }
    if (judgement) tally.aggregate_best = std::max(tally.aggregate_best, judgement->aggregation.of(values, goals));
}

/// Which columns there are, beside those that are always there.
struct Layout {
    std::vector<std::string> figures;
    bool has_predicted_quality = false;  ///< oob_r2 of targets that are only to be predicted
};

Layout layout_of(const std::vector<JournalEvent>& events)
{
    Layout layout;
    for (const auto& event : events) {
        const auto* batch = std::get_if<BatchEvent>(&event);
        if (batch == nullptr) continue;
        layout.has_predicted_quality = layout.has_predicted_quality || !batch->out_of_bag_r2.empty();
        for (const auto& [name, value] : figures_of(*batch)) {
            if (std::find(layout.figures.begin(), layout.figures.end(), name) == layout.figures.end()) layout.figures.push_back(name);
        }
    }
    return layout;
}

std::string header_of(const Layout& layout, const std::vector<problems::Goal>& goals)
{
    std::string text = "iteration,labelled,failed";
    for (const auto& name : layout.figures) text += "," + csv_cell(name);
    for (const auto& goal : goals) {
        if (!goal.has_no_best()) text += fmt::format(",best_{0},batch_min_{0},batch_mean_{0},batch_max_{0},oob_r2_{0}", goal.target);
        else if (layout.has_predicted_quality) text += fmt::format(",oob_r2_{}", goal.target);
    }
    return text + ",aggregate_best,aggregate_batch_max,success\n";
}

/// Best so far, and what the batch brought.
std::string value_cells(const Tally& tally, std::size_t target)
{
    double low = INFINITY, high = -INFINITY, sum = 0;
    std::vector<double> sorted;  // the order of the answers must not show in the last bit of the mean
    for (const auto& values : tally.batch) sorted.push_back(values[target]);
    std::sort(sorted.begin(), sorted.end());
    for (const double value : sorted) {
        low = std::min(low, value);
        high = std::max(high, value);
        sum += value;
    }
    return cell(tally.best.empty() ? NAN : tally.best[target]) + cell(low) + cell(sum / static_cast<double>(sorted.size())) + cell(high);
}

std::string finish_line(const Tally& tally, const BatchEvent& batch, const Layout& layout, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement)
{
    std::string line = fmt::format("{},{},{}", batch.iteration, tally.labelled, tally.failed);
    const auto figures = figures_of(batch);
    for (const auto& name : layout.figures) {
        const auto found = std::find_if(figures.begin(), figures.end(), [&](const auto& figure) { return figure.first == name; });
        line += cell(found == figures.end() ? NAN : found->second);
    }
    for (std::size_t t = 0; t < goals.size(); ++t) {
        const bool predicted = goals[t].has_no_best();
        if (!predicted) line += value_cells(tally, t);
        if (!predicted || layout.has_predicted_quality) line += cell(batch.out_of_bag_r2.empty() ? NAN : batch.out_of_bag_r2[t]);
    }
    double batch_best = -INFINITY;
    for (const auto& values : tally.batch) batch_best = std::max(batch_best, judgement ? judgement->aggregation.of(values, goals) : NAN);
    line += judgement ? cell(tally.aggregate_best) + cell(batch_best) : ",,";
    line += judgement ? fmt::format(",{}", tally.aggregate_best >= judgement->success ? 1 : 0) : ",";
    return line + "\n";
}

}  // namespace

std::vector<std::pair<std::string, double>> figures_of(const BatchEvent& batch)
{
    std::vector<std::pair<std::string, double>> figures;
    if (batch.diagnostics.empty()) return figures;
    const auto diagnostics = nlohmann::ordered_json::parse(batch.diagnostics);
    if (!diagnostics.contains("figures")) return figures;
    for (const auto& [name, value] : diagnostics["figures"].items()) {
        if (value.is_number()) figures.emplace_back(name, value.get<double>());
    }
    return figures;
}

std::string metrics_csv(const std::vector<JournalEvent>& events, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement)
{
    const auto layout = layout_of(events);
    auto text = header_of(layout, goals);
    Tally tally;
    const BatchEvent* open = nullptr;
    std::size_t answered = 0;
    for (const auto& event : events) {
        if (const auto* batch = std::get_if<BatchEvent>(&event)) {
            open = batch;
            answered = 0;
            tally.batch.clear();
        } else {
            count(tally, std::get<LabelEvent>(event), goals, judgement);
            if (open != nullptr && ++answered == open->rows.size()) text += finish_line(tally, *open, layout, goals, judgement);
        }
    }
    return text;
}

}  // namespace sluice::campaign
