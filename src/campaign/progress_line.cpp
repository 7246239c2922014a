#include "campaign/progress_line.hpp"

#include "campaign/run_folder/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::campaign {

std::string progress_line(const CampaignFile& file, const State& state, const std::vector<JournalEvent>& events)
{
    std::string line = fmt::format("iteration {}/{}: {} labelled", state.iteration, file.campaign.whole("iterations"), state.labelled.size());
    double predicted = 0, predicted_r2 = 0;  // one figure for all of them: there may be many
    for (std::size_t t = 0; t < file.goals.size(); ++t) {
        const auto& goal = file.goals[t];
        if (goal.has_no_best()) {
            predicted += 1;
            predicted_r2 += state.out_of_bag_r2.empty() ? 0 : state.out_of_bag_r2[t];
            continue;
        }
        const auto best = std::max_element(state.labelled.begin(), state.labelled.end(), [&](const auto& a, const auto& b) { return goal.merit(a.second[t]) < goal.merit(b.second[t]); });
        if (best != state.labelled.end()) line += fmt::format(", best {} {:.6g} (row {})", goal.target, best->second[t], best->first);
        if (!state.out_of_bag_r2.empty()) line += fmt::format(", out-of-bag R2 {:.3f}", state.out_of_bag_r2[t]);
    }
    if (predicted > 0 && !state.out_of_bag_r2.empty()) line += fmt::format(", out-of-bag R2 {:.3f}{}", predicted_r2 / predicted, predicted > 1 ? " on average" : "");
    const auto batch = std::find_if(events.rbegin(), events.rend(), [](const auto& event) { return std::holds_alternative<BatchEvent>(event); });
    for (const auto& [name, value] : figures_of(std::get<BatchEvent>(*batch))) line += fmt::format(", {} {:.6g}", name, value);
    return line;
}

}  // namespace sluice::campaign
