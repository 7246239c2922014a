#include "campaign/run_folder/trajectory.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace sluice::campaign {

Trajectory asked_rows(const State& state)
{
    std::vector<std::pair<std::int64_t, RowId>> order;
    for (const auto& [row, iteration] : state.asked) order.emplace_back(iteration, row);
    std::sort(order.begin(), order.end());
    Trajectory trajectory;
    for (const auto& [iteration, row] : order) {
        trajectory.iteration.push_back(iteration);
        trajectory.rows.push_back(row);
    }
    return trajectory;
}

void measure_novelty(Trajectory& trajectory, const std::vector<float>& x, std::int64_t columns)
{
    constexpr std::size_t neighbours = 5;
    constexpr std::int64_t remembered = 3;
    const auto width = static_cast<std::size_t>(columns), rows = trajectory.rows.size();
    trajectory.novelty.assign(rows, std::nan(""));
    std::vector<double> distance;
    for (std::size_t i = 0; i < rows; ++i) {
        distance.clear();
        for (std::size_t j = 0; j < i; ++j) {
            const auto age = trajectory.iteration[i] - trajectory.iteration[j];
            if (age < 1 || age > remembered) continue;
            double squares = 0;
            for (std::size_t c = 0; c < width; ++c) {
                const auto gap = static_cast<double>(x[i * width + c]) - static_cast<double>(x[j * width + c]);
                squares += gap * gap;
            }
            distance.push_back(std::sqrt(squares));
        }
        const auto nearest = std::min(neighbours, distance.size());
        std::partial_sort(distance.begin(), distance.begin() + static_cast<std::ptrdiff_t>(nearest), distance.end());
        double sum = 0;
        for (std::size_t k = 0; k < nearest; ++k) sum += distance[k];
        if (nearest > 0) trajectory.novelty[i] = sum / static_cast<double>(nearest);
    }
}

std::string to_json(const Trajectory& trajectory)
{
    nlohmann::ordered_json all = {{"rows", trajectory.rows}, {"iteration", trajectory.iteration}, {"novelty", trajectory.novelty}};
    if (!trajectory.cluster.empty()) all["cluster"] = trajectory.cluster;
    if (!trajectory.percentile.empty()) all["percentile"] = trajectory.percentile;
    return all.dump() + "\n";
}

}  // namespace sluice::campaign
