#include "benchmark/steps.hpp"

#include "pool/scaled.hpp"
#include "report/record/run_record.hpp"

#include <cmath>
#include <set>

namespace sluice::benchmark {

namespace {

const std::set<std::string> not_of_the_method = {"read", "ask", "checkpoint", "map"};

std::string cell(double value)
{
    return std::isfinite(value) ? fmt::format(",{}", value) : ",";
}

double figure(const report::IterationMetrics& line, const char* name)
{
    const auto found = line.figures.find(name);
    return found == line.figures.end() ? std::nan("") : found->second;
}

/// Of what is searched for.
double best(const report::RunRecord& run, const report::IterationMetrics& line)
{
    const bool is_searched = run.journal.goals.size() == 1 && !report::has_no_best(run.journal.goals[0]);
    return is_searched ? line.targets[0].best : line.aggregate_best;
}

/// Per step, in the order of steps.
std::vector<double> diversities(const campaign::Campaign& campaign, std::size_t steps)
{
    std::vector<std::vector<RowId>> batch(steps);
    for (const auto& [row, step] : campaign.state().asked) batch[static_cast<std::size_t>(step)].push_back(row);
    std::vector<double> result;
    for (const auto& rows : batch) result.push_back(batch_diversity(pool::scaled(campaign.features_of(rows), campaign.scaling()), campaign.scaling().shift.size()));
    return result;
}

}  // namespace

double batch_diversity(std::span<const float> x, std::size_t columns)
{
    const auto rows = x.size() / columns;
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        double nearest = INFINITY;
        for (std::size_t j = 0; j < rows; ++j) {
            double squares = 0;
            for (std::size_t c = 0; c < columns; ++c) {
                const double difference = static_cast<double>(x[i * columns + c]) - static_cast<double>(x[j * columns + c]);
                squares += difference * difference;
            }
            if (i != j) nearest = std::min(nearest, squares);
        }
        sum += std::sqrt(nearest);
    }
    return rows < 2 ? std::nan("") : sum / static_cast<double>(rows);
}

std::string steps_csv(const campaign::Campaign& campaign, const Communicator& ranks)
{
    const auto steps = static_cast<std::size_t>(campaign.state().next_iteration());
    const auto diversity = diversities(campaign, steps);
    std::string text = "step,labelled,test_rmse,test_mse,test_nll,test_accuracy,test_log_loss,best,success,diversity,seconds,fit_seconds\n";
    on_root(ranks, [&] {
        const auto run = report::read_run_record(campaign.folder());
        std::vector<double> seconds(steps), fit(steps);
        for (const auto& stage : run.stages) {
            const auto step = static_cast<std::size_t>(stage.iteration);
            if (step >= steps || not_of_the_method.contains(stage.stage)) continue;
            seconds[step] += stage.seconds;
            if (stage.stage == "fit") fit[step] += stage.seconds;
        }
        for (std::size_t s = 0; s < run.metrics.size(); ++s) {
            const auto& line = run.metrics[s];
            const auto tested = [&](const char* name) { return s + 1 < run.metrics.size() ? figure(run.metrics[s + 1], name) : std::nan(""); };  // by the model that chose the next batch
            text += fmt::format("{},{}", line.iteration, line.labelled) + cell(std::sqrt(tested("test_mse")));
            for (const char* name : {"test_mse", "test_nll", "test_accuracy", "test_log_loss"}) text += cell(tested(name));
            text += cell(best(run, line));
            text += line.success ? fmt::format(",{}", *line.success ? 1 : 0) : std::string(",");
            text += cell(diversity[static_cast<std::size_t>(line.iteration)]);
            text += fmt::format(",{:.6f},{:.6f}\n", seconds[static_cast<std::size_t>(line.iteration)], fit[static_cast<std::size_t>(line.iteration)]);
        }
    });
    return text;
}

}  // namespace sluice::benchmark
