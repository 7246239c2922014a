#include "report/benchmark/results.hpp"

#include "base/csv.hpp"
#include "base/error.hpp"

#include <algorithm>

namespace sluice::report {

namespace {

std::size_t place_of(std::vector<std::string>& names, const std::string& name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    const auto place = static_cast<std::size_t>(found - names.begin());
    if (found == names.end()) names.push_back(name);
    return place;
}

}  // namespace

BenchmarkResults read_benchmark_results(const std::filesystem::path& path)
{
    const auto table = read_csv(path);
    const auto column = [&](const char* name) {
        const auto found = table.find(name);
        if (found == table.header.size()) fail("{}: has no column '{}'", path.string(), name);
        return found;
    };
    const auto problem = column("problem"), method = column("method"), seed = column("seed");
    BenchmarkResults results;
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const auto& cells = table.rows[row];
        const auto p = place_of(results.problems, cells[problem]), m = place_of(results.methods, cells[method]);
        const bool goes_on = !results.runs.empty() && results.runs.back().problem == p && results.runs.back().method == m && results.runs.back().seed == cells[seed];
        if (!goes_on) results.runs.push_back({p, m, cells[seed]});
        const auto number = [&](const char* name) { return csv_number(table, row, column(name)); };
        const auto number_if_there = [&](const char* name) { return table.find(name) == table.header.size() ? std::nan("") : number(name); };  // files of before have fewer
        results.runs.back().steps.push_back({number("step"), number("labelled"), number("test_rmse"), number("test_mse"), number_if_there("test_accuracy"), number_if_there("test_log_loss"), number("best"), number("success"), number("diversity"),
                                             number("seconds"), number("fit_seconds")});
    }
    return results;
}

}  // namespace sluice::report
