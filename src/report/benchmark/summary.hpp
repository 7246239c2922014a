#pragma once

#include "report/benchmark/results.hpp"

#include <optional>

namespace sluice::report {

/// What a run is measured by: less is better.
enum class Measure {
    error,   ///< area under the test error
    labels,  ///< labelled rows until success; all of them without one
    none,
};

/// What the runs of a problem can be measured by: error where any was tested, else labels where success has a meaning.
Measure measure_of(const BenchmarkResults& results, std::size_t problem);

/// Trapezoid area under the mean squared error, or of a class the log loss, against labelled rows, divided by the width of what was tested: the mean error along the way. NaN of a run never tested.
/// Source: paper 002, AUC_MSE; specs: regression-methods, section 1.
double error_area(const BenchmarkRunSteps& run);

/// Labelled rows when a success was among them first, or in the end.
double labels_to_success(const BenchmarkRunSteps& run);

/// Mean over steps of the diversity of the batch, the initial rows left out. Source: paper 002, Div.
double mean_diversity(const BenchmarkRunSteps& run);

/// Values of one method on one problem, a seed each.
struct OverSeeds {
    std::vector<double> values;

    double mean() const;       ///< NaN of none
    double deviation() const;  ///< of a sample; NaN of fewer than two
};

/// [problem][method], divided by the baseline's mean on the problem; empty where nothing was measured.
using Relative = std::vector<std::vector<OverSeeds>>;

template <typename Value>
Relative relative_to(const BenchmarkResults& results, std::size_t baseline, const Value& value_of)
{
    Relative table(results.problems.size(), std::vector<OverSeeds>(results.methods.size()));
    for (const auto& run : results.runs) {
        const double value = value_of(run);
        if (value == value) table[run.problem][run.method].values.push_back(value);
    }
    for (auto& methods : table) {
        const double unit = methods[baseline].mean();
        for (auto& method : methods) {
            for (auto& value : method.values) value /= unit;
        }
    }
    return table;
}

/// nAUC, or labels to success, of all methods: below 1 is better than the baseline.
Relative relative_measure(const BenchmarkResults& results, std::size_t baseline);

/// Mean ranks of methods over blocks, 1 the best; equal values share the mean of their ranks.
struct MeanRanks {
    std::vector<double> rank;  ///< per method
    std::size_t blocks = 0;
};

/// \param blocks  values of all methods, less is better
/// Source: Demšar 2006, Statistical comparisons of classifiers over multiple data sets, section 3.2.
MeanRanks mean_ranks(const std::vector<std::vector<double>>& blocks);

/// Blocks of a benchmark: problems, each by the methods' means over seeds; of a single problem, its seeds. Those that lack a method are left out.
std::vector<std::vector<double>> blocks_of(const BenchmarkResults& results, const Relative& measure);

/// Least difference of mean ranks that is significant at 0.05 (Nemenyi); nothing for fewer than 2 or more than 30 methods.
/// Source: Demšar 2006: q_0.05 sqrt(k (k + 1) / (6 N)), with the studentised range over infinite degrees of freedom, divided by sqrt(2).
std::optional<double> critical_difference(std::size_t methods, std::size_t blocks);

}  // namespace sluice::report
