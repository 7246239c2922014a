#include "report/figures/comparison_table.hpp"

#include "report/figures/learning_curve.hpp"
#include "report/html.hpp"
#include "report/plot/number_text.hpp"
#include "report/plot/svg.hpp"

#include <algorithm>

namespace sluice::report {

namespace {

bool all_have_one_goal(const std::vector<RunRecord>& runs)
{
    return std::all_of(runs.begin(), runs.end(), [&](const RunRecord& run) { return goal_text(run) == goal_text(runs[0]); });
}

std::string success_text(const RunRecord& run)
{
    if (const auto success = success_iteration(run)) return std::to_string(*success);
    return knows_success(run) ? "none" : "";
}

}  // namespace

std::string comparison_table(const std::vector<RunRecord>& runs, const RunNames& names)
{
    Table table{.header = {"run", "pool rows", "labelled", "failed", "iterations", "success at", "time"},
                .is_number = {false, true, true, true, true, true, true}};
    const bool one_goal = all_have_one_goal(runs);
    const auto& targets = runs[0].journal.targets;
    const auto shows_best = [&](std::size_t t) { return one_goal && !has_no_best(runs[0].journal.goals[t]); };
    for (std::size_t t = 0; t < targets.size(); ++t) {
        if (!shows_best(t)) continue;
        table.header.push_back("best " + targets[t]);
        table.is_number.push_back(true);
    }
    const auto tested = figures_of_tests(runs);
    for (const auto& figure : tested) {
        table.header.push_back(figure.quantity);
        table.is_number.push_back(true);
    }
    if (!one_goal) {
        table.header.push_back("goal");
        table.is_number.push_back(false);
    }
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const auto& run = runs[r];
        const auto failed = std::count_if(run.journal.labels.begin(), run.journal.labels.end(), [](const Label& label) { return label.failed; });
        const double seconds = total_seconds(run.stages);
        std::vector<std::string> cells = {names.labels[r],
                                          count_text(static_cast<double>(run.journal.pool_rows)),
                                          count_text(static_cast<double>(run.journal.labels.size()) - static_cast<double>(failed)),
                                          count_text(static_cast<double>(failed)),
                                          std::to_string(finished_iterations(run)),
                                          success_text(run),
                                          seconds > 0 ? duration_text(seconds) : ""};
        for (std::size_t t = 0; t < targets.size(); ++t) {
            if (shows_best(t)) cells.push_back(run.metrics.empty() ? "" : value_text(run.metrics.back().targets[t].best));
        }
        for (const auto& figure : tested) {
            const auto curve = learning_curve(run, figure);
            cells.push_back(curve.value.empty() ? "" : value_text(curve.value.back()));
        }
        if (!one_goal) cells.push_back(goal_text(run));
        table.rows.push_back(cells);
    }
    return html_table(table, one_goal ? "The runs side by side. Goal of all: " + escaped(goal_text(runs[0])) + "." : "The runs side by side.");
}

}  // namespace sluice::report
