#include "report/plot/steps.hpp"

#include <cmath>

namespace sluice::report {

std::vector<std::vector<Point>> step_lines(const Frame& frame, const Series& series)
{
    std::vector<std::vector<Point>> lines;
    double last_iteration = -1;
    bool broken = true;
    for (std::size_t i = 0; i < series.value.size(); ++i) {
        const double iteration = series.iteration[i];
        const double value = series.value[i];
        broken = broken || iteration != last_iteration + 1;
        last_iteration = iteration;
        if (!std::isfinite(value)) {
            broken = true;
            continue;
        }
        if (broken) lines.emplace_back();
        broken = false;
        lines.back().push_back({frame.x(iteration - 0.5), frame.y(value)});
        lines.back().push_back({frame.x(iteration + 0.5), frame.y(value)});
    }
    return lines;
}

std::vector<std::vector<Point>> step_bands(const Frame& frame, const Series& lower, const Series& upper)
{
    // Both edges must break at the same places, or they could not be joined.
    Series low = lower;
    Series high = upper;
    for (std::size_t i = 0; i < low.value.size(); ++i) {
        if (!std::isfinite(low.value[i]) || !std::isfinite(high.value[i])) low.value[i] = high.value[i] = std::nan("");
    }
    auto bands = step_lines(frame, low);
    const auto upper_edges = step_lines(frame, high);
    for (std::size_t i = 0; i < bands.size(); ++i) bands[i].insert(bands[i].end(), upper_edges[i].rbegin(), upper_edges[i].rend());
    return bands;
}

}  // namespace sluice::report
