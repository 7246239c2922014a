#include "report/benchmark/benchmark_page.hpp"

#include "base/error.hpp"
#include "base/files.hpp"
#include "report/benchmark/rank_figure.hpp"
#include "report/figures/banded_curves.hpp"
#include "report/html.hpp"
#include "report/page/page.hpp"
#include "report/plot/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::report {

namespace {

/// What the runs of a problem show of a step: its name on the axis and in words.
struct Shown {
    const char* quantity;
    const char* words;
    double (*of)(const BenchmarkStep&);
};

Shown shown_of(const BenchmarkResults& results, std::size_t problem)
{
    const bool is_class = std::any_of(results.runs.begin(), results.runs.end(), [&](const BenchmarkRunSteps& run) {
        return run.problem == problem && std::any_of(run.steps.begin(), run.steps.end(), [](const BenchmarkStep& step) { return std::isfinite(step.test_accuracy); });
    });
    if (is_class) return {"test accuracy", "share of the test rows whose class the model that learnt from them says", [](const BenchmarkStep& step) { return step.test_accuracy; }};
    if (measure_of(results, problem) == Measure::error) {
        return {"test RMSE", "root mean squared error on the test rows of the model that learnt from them", [](const BenchmarkStep& step) { return step.test_rmse; }};
    }
    return {"best value", "best value", [](const BenchmarkStep& step) { return step.best; }};
}

/// Test error or accuracy of a problem's runs; of a search that was not tested, its best value.
Figure learning_curves(const BenchmarkResults& results, std::size_t problem)
{
    const auto shown = shown_of(results, problem);
    CurvePanel panel{.quantity = shown.quantity, .y_label = shown.quantity, .curves = {}, .reference = {}};
    std::size_t most_runs = 0;
    for (std::size_t m = 0; m < results.methods.size(); ++m) {
        BandedCurve curve{.colour = m, .name = results.methods[m], .legend = shortened(results.methods[m], 40)};
        for (const auto& run : results.runs) {
            if (run.problem != problem || run.method != m) continue;
            for (const auto& step : run.steps) {
                const double value = shown.of(step);
                if (!std::isfinite(value)) continue;
                auto& values = curve.values[step.labelled];
                insert_sorted(values, value);
                most_runs = std::max(most_runs, values.size());
            }
        }
        if (!curve.values.empty()) panel.curves.push_back(std::move(curve));
    }
    const auto name = escaped(results.problems[problem]);
    if (panel.curves.empty()) return {.svg = "", .caption = fmt::format("{}: nothing was tested or searched, so there is no learning curve.", name)};
    Drawing drawing{.width = figure_width};
    drawing.height = 2 + draw_curve_panel(drawing, 2, panel) + 4;
    std::string caption = fmt::format("{}: {} by labelled rows.", name, shown.words);
    if (most_runs > 1) caption += fmt::format(" Medians of {} seeds, and bands from the smallest to the largest.", most_runs);
    return {.svg = svg_element(drawing, panel.quantity + " by labelled rows, " + results.problems[problem]), .caption = caption};
}

std::string with_deviation(const OverSeeds& over)
{
    if (over.values.empty()) return "";
    const double deviation = over.deviation();
    return std::isfinite(deviation) ? fmt::format("{:.3f} ± {:.3f}", over.mean(), deviation) : fmt::format("{:.3f}", over.mean());
}

/// A line per method, a column per problem, and their mean.
std::string relative_table(const BenchmarkResults& results, const Relative& values, const std::string& caption)
{
    Table table{.header = {"method"}, .is_number = {false}};
    for (const auto& problem : results.problems) {
        table.header.push_back(problem);
        table.is_number.push_back(true);
    }
    if (results.problems.size() > 1) {
        table.header.push_back("mean");
        table.is_number.push_back(true);
    }
    for (std::size_t m = 0; m < results.methods.size(); ++m) {
        std::vector<std::string> cells = {results.methods[m]};
        OverSeeds means;
        for (std::size_t p = 0; p < results.problems.size(); ++p) {
            cells.push_back(with_deviation(values[p][m]));
            if (!values[p][m].values.empty()) means.values.push_back(values[p][m].mean());
        }
        if (results.problems.size() > 1) cells.push_back(means.values.empty() ? "" : fmt::format("{:.3f}", means.mean()));
        table.rows.push_back(std::move(cells));
    }
    return html_table(table, caption);
}

/// Mean seconds of a step, without fitting and with it.
std::string time_table(const BenchmarkResults& results)
{
    Table table{.header = {"method"}, .is_number = {false}};
    for (const auto& problem : results.problems) {
        table.header.push_back(problem);
        table.is_number.push_back(true);
    }
    for (std::size_t m = 0; m < results.methods.size(); ++m) {
        std::vector<std::string> cells = {results.methods[m]};
        for (std::size_t p = 0; p < results.problems.size(); ++p) {
            double steps = 0, seconds = 0, fit = 0;
            for (const auto& run : results.runs) {
                if (run.problem != p || run.method != m) continue;
                for (const auto& step : run.steps) {
                    if (step.step < 1) continue;
                    steps += 1;
                    seconds += step.seconds;
                    fit += step.fit_seconds;
                }
            }
            cells.push_back(steps == 0 ? "" : fmt::format("{:.4f} + {:.4f}", (seconds - fit) / steps, fit / steps));
        }
        table.rows.push_back(std::move(cells));
    }
    return html_table(table, "Mean seconds of a step: scoring, choosing and testing + fitting models. They depend on the ranks that worked on a run, and on what ran beside it.");
}

std::string caption_of_measure(const BenchmarkResults& results, const std::string& baseline)
{
    std::set<Measure> measures;
    for (std::size_t p = 0; p < results.problems.size(); ++p) measures.insert(measure_of(results, p));
    std::string caption;
    if (measures.contains(Measure::error)) caption += fmt::format("nAUC: area under the mean squared error on the test rows, of classes under the log loss, {} = 1. ", escaped(baseline));
    if (measures.contains(Measure::labels)) caption += fmt::format("Problems without test rows: labelled rows until success, {} = 1; a run without success counts with all of its labels. ", escaped(baseline));
    return caption + "Below 1 is better. Means and deviations over seeds.";
}

std::size_t seed_count(const BenchmarkResults& results)
{
    std::set<std::string> seeds;
    for (const auto& run : results.runs) seeds.insert(run.seed);
    return seeds.size();
}

std::string failures_list(const std::vector<std::string>& failures)
{
    if (failures.empty()) return "";
    std::string html = fmt::format("<h2>{} failed</h2>\n", counted(static_cast<double>(failures.size()), "run"));
    for (const auto& failure : failures) html += "<p class=\"remark\">" + escaped(failure) + "</p>\n";
    return html;
}

}  // namespace

std::string benchmark_page(const BenchmarkResults& results, const BenchmarkHead& head)
{
    const auto number = [](std::size_t count) { return std::to_string(count); };
    std::string html = "<h1>" + escaped(head.name) + "</h1>\n";
    html += html_facts({{"methods", number(results.methods.size())}, {"problems", number(results.problems.size())}, {"seeds", number(seed_count(results))},
                        {"runs", number(results.runs.size())}, {"failed", head.failures.empty() ? "" : number(head.failures.size())}});
    const auto found = std::find(results.methods.begin(), results.methods.end(), head.baseline);
    if (found == results.methods.end()) return whole_page("Sluice: " + head.name, html + "<p class=\"remark\">No run of the baseline is done.</p>\n" + failures_list(head.failures));
    const auto baseline = static_cast<std::size_t>(found - results.methods.begin());
    const auto measure = relative_measure(results, baseline);

    int figure = 1;
    html += "<h2>Ranks</h2>\n" + html_figure(rank_figure(results.methods, mean_ranks(blocks_of(results, measure))), figure);
    html += "<h2>Areas and diversities</h2>\n" + relative_table(results, measure, caption_of_measure(results, head.baseline));
    html += relative_table(results, relative_to(results, baseline, mean_diversity),
                           fmt::format("nDiv: mean distance of the rows of a batch to the nearest other one, {} = 1. Far below 1 the batches have collapsed.", escaped(head.baseline)));
    html += "<h2>Learning curves</h2>\n";
    for (std::size_t p = 0; p < results.problems.size(); ++p) html += html_figure(learning_curves(results, p), figure);
    html += "<h2>Time</h2>\n" + time_table(results) + failures_list(head.failures);
    html += "<h2>Benchmark file</h2>\n<pre>" + escaped(head.text) + "</pre>\n";
    return whole_page("Sluice: " + head.name, html);
}

void write_benchmark_report(const std::filesystem::path& results_csv, const BenchmarkHead& head, const std::filesystem::path& output)
{
    write_file_atomically(output, benchmark_page(read_benchmark_results(results_csv), head));
}

}  // namespace sluice::report
