#include "report/record/run_record.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::report {

RunRecord read_run_record(const std::filesystem::path& folder)
{
    for (const char* name : {"journal.jsonl", "metrics.csv"}) {
        if (!std::filesystem::exists(folder / name)) fail("{}: no such file; {} is not a run folder", (folder / name).string(), folder.string());
    }
    RunRecord run;
    run.folder = folder;
    run.journal = read_journal(folder / "journal.jsonl");
    run.metrics = read_metrics(folder / "metrics.csv", run.journal.targets, run.journal.goals);
    run.stages = read_stages(folder / "stages.csv");
    run.sessions = read_sessions(folder / "sessions.jsonl");
    run.map = read_density_map(folder / "map.json");
    run.trajectory = read_trajectory(folder / "trajectory.json");
    if (const auto campaign = folder / "campaign.toml"; std::filesystem::exists(campaign)) run.campaign_text = read_file(campaign);
    run.settings = campaign_settings(run.campaign_text);
    return run;
}

std::optional<std::int64_t> success_iteration(const RunRecord& run)
{
    for (const auto& line : run.metrics) {
        if (line.success.value_or(false)) return line.iteration;
    }
    return std::nullopt;
}

bool knows_success(const RunRecord& run)
{
    for (const auto& line : run.metrics) {
        if (line.success) return true;
    }
    return false;
}

std::int64_t finished_iterations(const RunRecord& run)
{
    return run.metrics.empty() ? 0 : run.metrics.back().iteration;
}

bool seeks_best(const RunRecord& run)
{
    return std::any_of(run.journal.goals.begin(), run.journal.goals.end(), [](const std::string& goal) { return !has_no_best(goal); });
}

std::string goal_text(const RunRecord& run)
{
    const auto& all = run.journal.targets;
    if (constexpr std::size_t few = 3; !seeks_best(run) && all.size() > few) return fmt::format("predict {} … {} ({} targets)", all.front(), all.back(), all.size());
    std::string text;
    for (std::size_t t = 0; t < run.journal.targets.size(); ++t) {
        const auto& target = run.journal.targets[t];
        const auto& goal = run.journal.goals[t];
        if (t > 0) text += ", ";
        if (goal != "window") {
            text += goal + " " + target;
        } else if (const auto window = run.settings.windows.find(target); window != run.settings.windows.end()) {
            text += fmt::format("bring {} into [{}, {}]", target, value_text(window->second.lo), value_text(window->second.hi));
        } else {
            text += "bring " + target + " into its window";
        }
    }
    return text;
}

}  // namespace sluice::report
