#include "report/figures/best_rows.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

/// Larger is better.
double merit(const RunRecord& run, std::size_t target, double value)
{
    const auto& goal = run.journal.goals[target];
    if (has_no_best(goal)) return 0;
    if (goal == "minimize") return -value;
    if (goal != "window") return value;
    const auto window = run.settings.windows.find(run.journal.targets[target]);
    if (window != run.settings.windows.end()) return -std::abs(value - (window->second.lo + window->second.hi) / 2);
    return run.metrics.empty() ? 0 : -std::abs(value - run.metrics.back().targets[target].best);
}

struct Candidate {
    Label label;
    std::vector<double> merits = {};
    double total = 0;
};

void rank_by_product(std::vector<Candidate>& candidates, std::size_t targets)
{
    for (auto& candidate : candidates) candidate.total = 1;
    for (std::size_t t = 0; t < targets; ++t) {
        Range range;
        for (const auto& candidate : candidates) include(range, candidate.merits[t]);
        for (auto& candidate : candidates) candidate.total *= range.hi > range.lo ? (candidate.merits[t] - range.lo) / (range.hi - range.lo) : 1;
    }
}

}  // namespace

std::vector<Label> best_rows(const RunRecord& run, std::size_t count)
{
    const std::size_t targets = run.journal.targets.size();
    std::vector<Candidate> candidates;
    for (const auto& label : run.journal.labels) {
        const bool whole = std::all_of(label.values.begin(), label.values.end(), [](double v) { return std::isfinite(v); });
        if (label.failed || !whole) continue;
        Candidate& candidate = candidates.emplace_back(Candidate{.label = label});
        for (std::size_t t = 0; t < targets; ++t) candidate.merits.push_back(merit(run, t, label.values[t]));
        candidate.total = candidate.merits[0];
    }
    if (targets > 1) rank_by_product(candidates, targets);
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.total != b.total ? a.total > b.total : a.label.row < b.label.row;
    });

    std::vector<Label> best;
    for (std::size_t i = 0; i < std::min(count, candidates.size()); ++i) best.push_back(candidates[i].label);
    return best;
}

}  // namespace sluice::report
