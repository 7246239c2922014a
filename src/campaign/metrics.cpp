#include "campaign/metrics.hpp"

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

std::string finish_line(const Tally& tally, const BatchEvent& batch, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement)
{
    std::string line = fmt::format("{},{},{}", batch.iteration, tally.labelled, tally.failed);
    for (std::size_t t = 0; t < goals.size(); ++t) {
        double low = INFINITY, high = -INFINITY, sum = 0;
        std::vector<double> sorted;  // the order of the answers must not show in the last bit of the mean
        for (const auto& values : tally.batch) sorted.push_back(values[t]);
        std::sort(sorted.begin(), sorted.end());
        for (const double value : sorted) {
            low = std::min(low, value);
            high = std::max(high, value);
            sum += value;
        }
        line += cell(tally.best.empty() ? NAN : tally.best[t]) + cell(low) + cell(sum / static_cast<double>(sorted.size())) + cell(high);
        line += cell(batch.out_of_bag_r2.empty() ? NAN : batch.out_of_bag_r2[t]);
    }
    double batch_best = -INFINITY;
    for (const auto& values : tally.batch) batch_best = std::max(batch_best, judgement ? judgement->aggregation.of(values, goals) : NAN);
    line += judgement ? cell(tally.aggregate_best) + cell(batch_best) : ",,";
    line += judgement ? fmt::format(",{}", tally.aggregate_best >= judgement->success ? 1 : 0) : ",";
    return line + "\n";
}

}  // namespace

std::string metrics_csv(const std::vector<JournalEvent>& events, const std::vector<problems::Goal>& goals, const std::optional<Judgement>& judgement)
{
    std::string text = "iteration,labelled,failed";
    for (const auto& goal : goals) text += fmt::format(",best_{0},batch_min_{0},batch_mean_{0},batch_max_{0},oob_r2_{0}", goal.target);
    text += ",aggregate_best,aggregate_batch_max,success\n";

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
            if (open != nullptr && ++answered == open->rows.size()) text += finish_line(tally, *open, goals, judgement);
        }
    }
    return text;
}

}  // namespace sluice::campaign
