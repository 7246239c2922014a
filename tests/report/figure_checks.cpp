#include "report/figure_checks.hpp"

#include <regex>
#include <sstream>

namespace sluice::report {

RunRecord run_with_best(const std::vector<double>& best)
{
    RunRecord run;
    run.folder = "run";
    run.journal.name = "c";
    run.journal.targets = {"gap"};
    run.journal.goals = {"maximize"};
    for (std::size_t i = 0; i < best.size(); ++i) {
        const TargetMetrics gap{.best = best[i], .batch_min = best[i] - 2, .batch_mean = best[i] - 1, .batch_max = best[i], .oob_r2 = nan_value};
        run.metrics.push_back({.iteration = static_cast<std::int64_t>(i),
                               .labelled = 10.0 * static_cast<double>(i + 1),
                               .targets = {gap},
                               .aggregate_best = nan_value,
                               .aggregate_batch_max = nan_value,
                               .success = false});
    }
    return run;
}

RunRecord run_with_success_at(std::int64_t iteration, std::size_t iterations)
{
    auto run = run_with_best(std::vector<double>(iterations + 1, 1.0));
    for (auto& line : run.metrics) line.success = iteration >= 0 && line.iteration >= iteration;
    return run;
}

std::vector<std::string> all_matches(const std::string& text, const std::string& pattern)
{
    std::vector<std::string> found;
    const std::regex regex(pattern);
    for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) found.push_back((*match)[1]);
    return found;
}

std::vector<Point> points_of(const std::string& text)
{
    std::vector<Point> points;
    std::istringstream in(text);
    char comma = 0;
    for (Point point; in >> point.x >> comma >> point.y;) points.push_back(point);
    return points;
}

double y_of_tick(const std::string& svg, const std::string& label)
{
    const auto found = all_matches(svg, "<text class=\"tick end\" x=\"[^\"]*\" y=\"([^\"]*)\">" + label + "<");
    constexpr double baseline_below_tick = 4;
    return found.empty() ? nan_value : std::stod(found[0]) - baseline_below_tick;
}

double x_of_tick(const std::string& svg, const std::string& label)
{
    const auto found = all_matches(svg, "<text class=\"tick middle\" x=\"([^\"]*)\" y=\"[^\"]*\">" + label + "<");
    return found.empty() ? nan_value : std::stod(found[0]);
}

std::size_t count(const std::string& text, const std::string& part)
{
    std::size_t number = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
    return number;
}

}  // namespace sluice::report
