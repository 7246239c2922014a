#include "report/metrics.hpp"

#include "base/csv.hpp"
#include "base/error.hpp"

#include <cmath>

namespace sluice::report {

std::vector<IterationMetrics> read_metrics(const std::filesystem::path& path, const std::vector<std::string>& targets)
{
    const auto table = read_csv(path);
    const auto cell = [&](std::size_t row, const std::string& name) {
        const auto column = table.find(name);
        if (column == table.header.size()) fail("{}: has no column '{}'", path.string(), name);
        return csv_number(table, row, column);
    };

    std::vector<IterationMetrics> metrics;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        IterationMetrics& line = metrics.emplace_back();
        const double iteration = cell(row, "iteration");
        if (!(iteration >= 0)) fail("{}:{}: column 'iteration' needs a whole number of at least 0", path.string(), table.lines[row]);
        line.iteration = std::llround(iteration);
        line.labelled = cell(row, "labelled");
        line.failed = cell(row, "failed");
        for (const auto& target : targets) {
            line.targets.push_back({.best = cell(row, "best_" + target),
                                    .batch_min = cell(row, "batch_min_" + target),
                                    .batch_mean = cell(row, "batch_mean_" + target),
                                    .batch_max = cell(row, "batch_max_" + target),
                                    .oob_r2 = cell(row, "oob_r2_" + target)});
        }
        line.aggregate_best = cell(row, "aggregate_best");
        line.aggregate_batch_max = cell(row, "aggregate_batch_max");
        if (const double success = cell(row, "success"); !std::isnan(success)) line.success = success != 0;
    }
    return metrics;
}

}  // namespace sluice::report
