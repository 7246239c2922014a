#include "report/figures/success_curve.hpp"

#include "report/page_style.hpp"
#include "report/plot/axes.hpp"
#include "report/plot/legend.hpp"
#include "report/plot/number_text.hpp"
#include "report/plot/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::report {

namespace {

/// Runs whose successes are counted together.
struct Group {
    std::string name;
    std::string classes;
    std::vector<const RunRecord*> runs;
};

std::vector<Group> groups_of(const std::vector<RunRecord>& runs, const RunNames& names)
{
    const bool one_run_each = names.campaigns.size() == runs.size();
    const bool one_curve = one_run_each || names.campaigns.size() == 1;
    std::vector<Group> groups(one_curve ? 1 : names.campaigns.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        groups[g].name = one_run_each ? "all runs" : names.campaigns[g];
        // The runs' own colours must not come again for something else.
        groups[g].classes = coloured_by_campaign(names) && !one_curve ? colour_classes(g) : fmt::format("ink d{}", g % dashes);
    }
    for (std::size_t r = 0; r < runs.size(); ++r) {
        if (knows_success(runs[r])) groups[one_curve ? 0 : names.campaign[r]].runs.push_back(&runs[r]);
    }
    std::erase_if(groups, [](const Group& group) { return group.runs.empty(); });
    return groups;
}

Series fraction_succeeded(const Group& group, std::int64_t last)
{
    Series series;
    for (std::int64_t iteration = 0; iteration <= last; ++iteration) {
        const auto succeeded = std::count_if(group.runs.begin(), group.runs.end(), [&](const RunRecord* run) {
            return success_iteration(*run).value_or(last + 1) <= iteration;
        });
        series.iteration.push_back(static_cast<double>(iteration));
        series.value.push_back(static_cast<double>(succeeded) / static_cast<double>(group.runs.size()));
    }
    return series;
}

}  // namespace

Figure success_curve_figure(const std::vector<RunRecord>& runs, const RunNames& names)
{
    const auto groups = groups_of(runs, names);
    if (groups.empty()) return {.svg = "", .caption = "None of the runs searches a closed pool, so there is no curve of successes."};
    std::int64_t last = 0;
    std::size_t counted_runs = 0;
    std::size_t succeeded = 0;
    std::vector<LegendEntry> entries;
    for (const auto& group : groups) {
        for (const auto* run : group.runs) {
            last = std::max(last, finished_iterations(*run));
            ++counted_runs;
            if (success_iteration(*run)) ++succeeded;
        }
        const auto size = counted(static_cast<double>(group.runs.size()), "run");
        entries.push_back({Mark::line, "line " + group.classes, fmt::format("{} ({})", shortened(group.name, 40), size)});
    }

    Drawing drawing{.width = figure_width};
    const double top = 10 + draw_legend(drawing, {usual_left_space, 2, figure_width - usual_left_space, 0}, entries);
    drawing.height = top + 254;
    const auto frame = draw_axes(drawing, {.place = {0, top, figure_width, 250},
                                           .x = iteration_range(0, static_cast<double>(last)),
                                           .y = {0, 1.03},
                                           .x_label = "iteration",
                                           .y_label = "fraction of runs succeeded",
                                           .x_is_whole = true});
    for (const auto& group : groups) {
        for (const auto& line : step_lines(frame, fraction_succeeded(group, last))) add_polyline(drawing, line, "line " + group.classes);
    }
    return {.svg = svg_element(drawing, "Fraction of runs succeeded by iteration"),
            .caption = fmt::format("Fraction of the runs that had succeeded by each iteration. {} of {} succeeded; a run that stopped earlier "
                                   "without success, or still goes on, counts as not successful.",
                                   succeeded, counted(static_cast<double>(counted_runs), "run"))};
}

}  // namespace sluice::report
