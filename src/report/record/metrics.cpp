#include "report/record/metrics.hpp"

#include "base/csv.hpp"
#include "base/error.hpp"
#include "report/record/journal.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace sluice::report {

std::vector<IterationMetrics> read_metrics(const std::filesystem::path& path, const std::vector<std::string>& targets, const std::vector<std::string>& goals)
{
    const auto table = read_csv(path);
    std::set<std::string> known;
    const auto cell_if_there = [&](std::size_t row, const std::string& name) {
        known.insert(name);
        const auto column = table.find(name);
        return column == table.header.size() ? std::nan("") : csv_number(table, row, column);
    };
    const auto cell = [&](std::size_t row, const std::string& name) {
        if (table.find(name) == table.header.size()) fail("{}: has no column '{}'", path.string(), name);
        return cell_if_there(row, name);
    };

    std::vector<IterationMetrics> metrics;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        IterationMetrics& line = metrics.emplace_back();
        const double iteration = cell(row, "iteration");
        if (!(iteration >= 0)) fail("{}:{}: column 'iteration' needs a whole number of at least 0", path.string(), table.lines[row]);
        line.iteration = std::llround(iteration);
        line.labelled = cell(row, "labelled");
        line.failed = cell(row, "failed");
        for (std::size_t t = 0; t < targets.size(); ++t) {
            const auto& target = targets[t];
            if (has_no_best(goals[t])) {
                const double none = std::nan("");
                line.targets.push_back({.best = none, .batch_min = none, .batch_mean = none, .batch_max = none, .oob_r2 = cell_if_there(row, "oob_r2_" + target)});
                continue;
            }
            line.targets.push_back({.best = cell(row, "best_" + target),
                                    .batch_min = cell(row, "batch_min_" + target),
                                    .batch_mean = cell(row, "batch_mean_" + target),
                                    .batch_max = cell(row, "batch_max_" + target),
                                    .oob_r2 = cell(row, "oob_r2_" + target)});
        }
        line.aggregate_best = cell(row, "aggregate_best");
        line.aggregate_batch_max = cell(row, "aggregate_batch_max");
        if (const double success = cell(row, "success"); !std::isnan(success)) line.success = success != 0;
        for (const auto& name : table.header) {
            if (!known.contains(name)) line.figures[name] = csv_number(table, row, table.find(name));
        }
    }
    return metrics;
}

}  // namespace sluice::report
