#include "fusion/labelled_set.hpp"

#include "fusion/statistics.hpp"

#include <algorithm>

namespace sluice::fusion {

LabelledSet labelled_set(std::vector<RowId> rows, const std::vector<std::vector<double>>& values, std::vector<float> x, std::int64_t columns,
                         std::span<const problems::Goal> goals, bool folded_window)
{
    LabelledSet set;
    set.rows = std::move(rows);
    set.columns = columns;
    set.x = std::move(x);
    for (std::size_t t = 0; t < goals.size(); ++t) {
        Target target;
        target.sign = goals[t].kind == problems::GoalKind::minimize ? -1 : 1;
        std::vector<double> y;
        for (const auto& row : values) y.push_back(target.sign * row[t]);
        target.mean = mean(y);
        const double spread = deviation(y);
        target.deviation = spread > 0 ? spread : 1;
        for (auto& v : y) v = (v - target.mean) / target.deviation;
        target.has_window = goals[t].kind == problems::GoalKind::window;
        target.centre = target.has_window ? (goals[t].centre() - target.mean) / target.deviation : 0;
        std::vector<double> close;
        for (const double v : y) close.push_back(target.has_window ? -std::abs(v - target.centre) : v);
        target.typical = target.has_window && folded_window ? mean(close) : 0;
        target.best = -INFINITY;  // also of no rows
        for (auto& c : close) target.best = std::max(target.best, c -= target.typical);
        target.merit = folded_window ? close : y;  // the published code biases its samples to large values even so: flaw 1
        models::TrainingSet training;
        training.rows = set.rows;
        training.columns = columns;
        training.targets = 1;
        training.x = set.x;
        training.y = std::move(y);
        set.targets.push_back(std::move(target));
        set.training.push_back(std::move(training));
    }
    return set;
}

std::vector<double> summed_merit(const LabelledSet& labelled)
{
    std::vector<double> sum(labelled.rows.size(), 0.0);
    for (const auto& target : labelled.targets) {
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += target.merit[i];
    }
    return sum;
}

}  // namespace sluice::fusion
