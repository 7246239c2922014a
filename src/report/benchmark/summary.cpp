#include "report/benchmark/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace sluice::report {

Measure measure_of(const BenchmarkResults& results, std::size_t problem)
{
    auto measure = Measure::none;
    for (const auto& run : results.runs) {
        if (run.problem != problem) continue;
        for (const auto& step : run.steps) {
            if (std::isfinite(step.test_loss())) return Measure::error;
            if (std::isfinite(step.success)) measure = Measure::labels;
        }
    }
    return measure;
}

double error_area(const BenchmarkRunSteps& run)
{
    std::vector<const BenchmarkStep*> tested;
    for (const auto& step : run.steps) {
        if (std::isfinite(step.test_loss())) tested.push_back(&step);
    }
    if (tested.empty()) return std::nan("");
    double area = 0;
    for (std::size_t i = 1; i < tested.size(); ++i) area += (tested[i]->labelled - tested[i - 1]->labelled) * (tested[i]->test_loss() + tested[i - 1]->test_loss()) / 2;
    const double width = tested.back()->labelled - tested.front()->labelled;
    return width > 0 ? area / width : tested.front()->test_loss();
}

double labels_to_success(const BenchmarkRunSteps& run)
{
    for (const auto& step : run.steps) {
        if (step.success == 1) return step.labelled;
    }
    return run.steps.empty() ? std::nan("") : run.steps.back().labelled;
}

double mean_diversity(const BenchmarkRunSteps& run)
{
    double sum = 0, count = 0;
    for (const auto& step : run.steps) {
        if (step.step < 1 || !std::isfinite(step.diversity)) continue;
        sum += step.diversity;
        count += 1;
    }
    return count > 0 ? sum / count : std::nan("");
}

double OverSeeds::mean() const
{
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

double OverSeeds::deviation() const
{
    if (values.size() < 2) return std::nan("");
    double squares = 0;
    for (const double value : values) squares += (value - mean()) * (value - mean());
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

Relative relative_measure(const BenchmarkResults& results, std::size_t baseline)
{
    return relative_to(results, baseline, [&](const BenchmarkRunSteps& run) {
        const auto measure = measure_of(results, run.problem);
        return measure == Measure::error ? error_area(run) : measure == Measure::labels ? labels_to_success(run) : std::nan("");
    });
}

MeanRanks mean_ranks(const std::vector<std::vector<double>>& blocks)
{
    MeanRanks ranks;
    ranks.blocks = blocks.size();
    if (blocks.empty()) return ranks;
    ranks.rank.assign(blocks[0].size(), 0.0);
    for (const auto& values : blocks) {
        for (std::size_t m = 0; m < values.size(); ++m) {
            const auto better = std::count_if(values.begin(), values.end(), [&](double other) { return other < values[m]; });
            const auto equal = std::count(values.begin(), values.end(), values[m]);
            ranks.rank[m] += (static_cast<double>(better) + static_cast<double>(equal + 1) / 2) / static_cast<double>(blocks.size());
        }
    }
    return ranks;
}

std::vector<std::vector<double>> blocks_of(const BenchmarkResults& results, const Relative& measure)
{
    std::vector<std::vector<double>> blocks;
    if (measure.size() == 1) {
        std::map<std::string, std::vector<double>> seeds;
        for (const auto& run : results.runs) {
            auto& values = seeds.try_emplace(run.seed, results.methods.size(), std::nan("")).first->second;
            values[run.method] = measure_of(results, 0) == Measure::error ? error_area(run) : labels_to_success(run);
        }
        for (auto& [seed, values] : seeds) blocks.push_back(std::move(values));
    } else {
        for (const auto& methods : measure) {
            auto& values = blocks.emplace_back();
            for (const auto& method : methods) values.push_back(method.mean());
        }
    }
    std::erase_if(blocks, [](const auto& values) { return std::any_of(values.begin(), values.end(), [](double value) { return !std::isfinite(value); }); });
    return blocks;
}

std::optional<double> critical_difference(std::size_t methods, std::size_t blocks)
{
    constexpr std::array q = {1.9600, 2.3437, 2.5690, 2.7278, 2.8497, 2.9483, 3.0309, 3.1017, 3.1637, 3.2187, 3.2680, 3.3127, 3.3536, 3.3912, 3.4260,
                              3.4584, 3.4887, 3.5171, 3.5438, 3.5690, 3.5929, 3.6156, 3.6373, 3.6579, 3.6776, 3.6964, 3.7145, 3.7319, 3.7486};  // for 2 to 30 methods
    if (methods < 2 || methods - 2 >= q.size() || blocks == 0) return {};
    const auto k = static_cast<double>(methods);
    return q[methods - 2] * std::sqrt(k * (k + 1) / (6 * static_cast<double>(blocks)));
}

}  // namespace sluice::report
