#pragma once

#include "report/record/campaign_settings.hpp"
#include "report/record/density_map.hpp"
#include "report/record/journal.hpp"
#include "report/record/metrics.hpp"
#include "report/record/sessions.hpp"
#include "report/record/stages.hpp"
#include "report/record/trajectory.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::report {

/// All that a report says about one run, as its folder holds it.
struct RunRecord {
    std::filesystem::path folder;
    Journal journal;
    std::vector<IterationMetrics> metrics;
    std::vector<StageCost> stages;
    std::vector<Session> sessions;
    std::optional<DensityMap> map;
    std::optional<Trajectory> trajectory;
    std::string campaign_text;             ///< campaign.toml; empty if it is missing
    CampaignSettings settings;             ///< what campaign.toml says
};

/// Reads a run folder. Error names journal.jsonl or metrics.csv if it is missing; the other files may be.
RunRecord read_run_record(const std::filesystem::path& folder);

/// First iteration whose metrics say success.
std::optional<std::int64_t> success_iteration(const RunRecord& run);
/// Whether success is a notion of this run at all: a closed pool.
bool knows_success(const RunRecord& run);
/// Batches after the initial design.
std::int64_t finished_iterations(const RunRecord& run);
/// Whether there are better and worse labels: not if all targets are only to be predicted.
bool seeks_best(const RunRecord& run);
/// "maximize gap", "bring gap into [1.45, 1.55]"; several targets with commas.
std::string goal_text(const RunRecord& run);

}  // namespace sluice::report
