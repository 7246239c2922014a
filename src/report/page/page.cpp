#include "report/page/page.hpp"

#include "report/figures/compared_best.hpp"
#include "report/figures/comparison_table.hpp"
#include "report/figures/learning_curve.hpp"
#include "report/figures/success_curve.hpp"
#include "report/html.hpp"
#include "report/page/run_section.hpp"
#include "report/page_style.hpp"
#include "report/plot/svg.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::report {

std::string whole_page(const std::string& title, const std::string& content)
{
    return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>{}</title>\n<style>{}</style>\n</head>\n"
                       "<body>\n<main>\n{}</main>\n</body>\n</html>\n",
                       escaped(title), page_style, content);
}

namespace {

std::string subtitle(const RunRecord& run)
{
    return "<p class=\"subtitle\">Run folder " + escaped(run.folder.string()) + "</p>\n";
}

std::string one_run(const RunRecord& run)
{
    int figure_number = 1;
    return "<h1>" + escaped(run.journal.name) + "</h1>\n" + subtitle(run) + run_section(run, figure_number);
}

std::string several_runs(const std::vector<RunRecord>& runs)
{
    int figure_number = 1;
    const auto names = name_runs(runs);
    std::string html = fmt::format("<h1>{} runs compared</h1>\n<nav><p class=\"subtitle\">", runs.size());
    for (std::size_t r = 0; r < runs.size(); ++r) {
        html += fmt::format("{}<a href=\"#run{}\">{}</a>", r == 0 ? "" : " · ", r + 1, escaped(names.labels[r]));
    }
    html += "</p></nav>\n";
    const auto learning = learning_curve_figure(runs, names);
    if (!learning.svg.empty()) html += html_figure(learning, figure_number);
    if (std::any_of(runs.begin(), runs.end(), seeks_best)) {
        html += html_figure(compared_best_figure(runs, names), figure_number);
        html += html_figure(success_curve_figure(runs, names), figure_number);
    }
    html += comparison_table(runs, names);
    for (std::size_t r = 0; r < runs.size(); ++r) {
        html += fmt::format("<section id=\"run{}\">\n<h2>{}</h2>\n", r + 1, escaped(names.labels[r])) + subtitle(runs[r]);
        html += run_section(runs[r], figure_number) + "</section>\n";
    }
    return html;
}

}  // namespace

std::string page(const std::vector<RunRecord>& runs)
{
    if (runs.size() == 1) return whole_page("Sluice: " + runs[0].journal.name, one_run(runs[0]));
    return whole_page(fmt::format("Sluice: {} runs compared", runs.size()), several_runs(runs));
}

}  // namespace sluice::report
