#include "report/page/run_section.hpp"

#include "report/figures/best_rows.hpp"
#include "report/figures/best_so_far.hpp"
#include "report/figures/families.hpp"
#include "report/figures/learning_curve.hpp"
#include "report/figures/model_quality.hpp"
#include "report/figures/pool_map.hpp"
#include "report/figures/proposals.hpp"
#include "report/figures/stage_seconds.hpp"
#include "report/html.hpp"
#include "report/plot/number_text.hpp"
#include "report/plot/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sluice::report {

namespace {

constexpr std::size_t best_rows_shown = 10;

std::string best_values_text(const RunRecord& run)
{
    if (run.metrics.empty()) return "";
    std::string text;
    for (std::size_t t = 0; t < run.journal.targets.size(); ++t) {
        const double best = run.metrics.back().targets[t].best;
        if (std::isfinite(best)) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", run.journal.targets[t], value_text(best));
    }
    return text;
}

std::string labels_text(const RunRecord& run)
{
    const auto& labels = run.journal.labels;
    const auto labelled = std::count_if(labels.begin(), labels.end(), [](const Label& l) { return !l.failed; });
    const auto initial = std::count_if(labels.begin(), labels.end(), [](const Label& l) { return !l.failed && l.iteration == 0; });
    return fmt::format("{} ({} initial)", count_text(static_cast<double>(labelled)), count_text(static_cast<double>(initial)));
}

std::string failed_text(const RunRecord& run)
{
    const auto& labels = run.journal.labels;
    return count_text(static_cast<double>(std::count_if(labels.begin(), labels.end(), [](const Label& l) { return l.failed; })));
}

std::string pending_text(const RunRecord& run)
{
    const auto answered = run.journal.labels.size();
    return run.journal.asked > answered ? count_text(static_cast<double>(run.journal.asked - answered)) : "";
}

std::string machine_text(const RunRecord& run)
{
    if (run.sessions.empty()) return "";
    const auto& last = run.sessions.back();
    const auto text = counted(static_cast<double>(last.ranks), "rank") + " × " + counted(static_cast<double>(last.threads), "thread");
    return last.host.empty() ? text : text + " on " + last.host;
}

/// Over all sessions: a run's largest need may have been before its last start.
std::string memory_text(const RunRecord& run)
{
    double rank = 0;
    double all_ranks = 0;
    for (const auto& session : run.sessions) {
        double sum = 0;
        for (const double bytes : session.peak_rss_bytes) {
            if (!std::isfinite(bytes)) continue;
            rank = std::max(rank, bytes);
            sum += bytes;
        }
        all_ranks = std::max(all_ranks, sum);
    }
    if (rank <= 0) return "";
    return all_ranks > rank ? fmt::format("{} in a rank, {} in all", si_text(rank, "B"), si_text(all_ranks, "B")) : si_text(rank, "B");
}

/// "2026-11-23T22:00:00Z" as "2026-11-23 22:00 UTC"; a text in another form as it is.
std::string date_text(const std::string& started)
{
    const bool is_utc = started.size() == 20 && started[10] == 'T' && started.back() == 'Z';
    return is_utc ? started.substr(0, 10) + " " + started.substr(11, 5) + " UTC" : started;
}

std::string sessions_text(const RunRecord& run)
{
    if (run.sessions.empty()) return "";
    const auto& last = run.sessions.back();
    const auto count = run.sessions.size();
    return (count == 1 ? "started " : fmt::format("{} starts, the last ", count)) + date_text(last.started) + ", " +
           (last.ended.empty() ? "not ended or killed" : last.ended == "restart" ? "stopped at a checkpoint" : last.ended);
}

std::string version_text(const RunRecord& run)
{
    if (run.sessions.empty()) return "";
    const auto& last = run.sessions.back();
    return last.commit.empty() ? last.version : last.version + " (" + last.commit + ")";
}

/// Of candidates that are no pool of a fixed number of rows. \param pool  as the journal names it
std::string not_in_a_pool(const std::string& pool)
{
    return pool == "domain" ? "candidates generated in a domain" : pool + ", drawn anew for each batch";
}

std::vector<Fact> facts_of(const RunRecord& run)
{
    const double seconds = total_seconds(run.stages);
    return {
        {"goal", goal_text(run)},
        {"outcome", outcome_text(run)},
        {"best", best_values_text(run)},
        {"pool", run.journal.pool_rows == 0 ? not_in_a_pool(run.journal.pool) : run.journal.pool + ", " + counted(static_cast<double>(run.journal.pool_rows), "row")},
        {"labelled", labels_text(run)},
        {"failed", failed_text(run)},
        {"pending", pending_text(run)},
        {"iterations", count_text(static_cast<double>(finished_iterations(run)))},
        {"time in stages", seconds > 0 ? duration_text(seconds) : ""},
        {"machine", machine_text(run)},
        {"peak memory", memory_text(run)},
        {"sessions", sessions_text(run)},
        {"sluice", version_text(run)},
    };
}

std::string best_rows_table(const RunRecord& run)
{
    const auto rows = best_rows(run, best_rows_shown);
    if (rows.empty()) return "<p class=\"remark\">No row has been labelled with a value yet.</p>\n";
    const bool has_ids = std::any_of(rows.begin(), rows.end(), [](const Label& l) { return !l.id.empty(); });
    Table table{.header = {"", "row"}, .is_number = {true, true}};
    const auto add_column = [&](const std::string& name, bool is_number) {
        table.header.push_back(name);
        table.is_number.push_back(is_number);
    };
    if (has_ids) add_column("id", false);
    for (const auto& target : run.journal.targets) add_column(target, true);
    add_column("asked in", true);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::vector<std::string> cells = {std::to_string(i + 1), std::to_string(rows[i].row)};
        if (has_ids) cells.push_back(rows[i].id);
        for (const double value : rows[i].values) cells.push_back(fmt::format("{:.10g}", value));
        cells.push_back(rows[i].iteration == 0 ? "initial design" : fmt::format("iteration {}", rows[i].iteration));
        table.rows.push_back(cells);
    }
    std::string caption = rows.size() == 1 ? "The only labelled row." : fmt::format("The {} best labelled rows.", rows.size());
    if (run.journal.targets.size() > 1) {
        caption += " Ranked by the product of the targets, each scaled to [0, 1] over the labelled rows in the sense of its goal.";
    }
    return html_table(table, caption);
}

}  // namespace

std::string outcome_text(const RunRecord& run)
{
    if (const auto success = success_iteration(run)) {
        for (const auto& line : run.metrics) {
            if (line.iteration == *success) return fmt::format("success at iteration {}, with {}", *success, counted(line.labelled, "label"));
        }
    }
    if (!knows_success(run)) return "";
    const auto iterations = finished_iterations(run);
    return iterations == 0 ? "no success in the initial design" : "no success in " + counted(static_cast<double>(iterations), "iteration");
}

std::string run_section(const RunRecord& run, int& figure_number)
{
    std::string html = html_facts(facts_of(run));
    if (const auto learning = learning_curve_figure({run}, name_runs({run})); !learning.svg.empty()) html += html_figure(learning, figure_number);
    if (seeks_best(run)) {
        html += html_figure(best_so_far_figure(run), figure_number);
        html += best_rows_table(run);
    }
    html += html_figure(pool_map_figure(run), figure_number);
    html += html_figure(model_quality_figure(run), figure_number);
    if (!run.journal.fusion.empty()) {
        html += html_figure(family_reliability_figure(run), figure_number);
        html += html_figure(deviation_figure(run), figure_number);
    }
    if (run.trajectory) {
        html += html_figure(cluster_bandwidth_figure(run), figure_number);
        html += html_figure(novelty_figure(run), figure_number);
        if (!run.trajectory->percentile.empty()) html += html_figure(migration_figure(run), figure_number);
    }
    html += html_figure(stage_seconds_figure(run), figure_number);
    html += stage_table(run);
    html += run.campaign_text.empty() ? "<p class=\"remark\">The run folder has no campaign.toml.</p>\n"
                                      : "<h3>Campaign file as run</h3>\n<pre>" + escaped(run.campaign_text) + "</pre>\n";
    return html;
}

}  // namespace sluice::report
