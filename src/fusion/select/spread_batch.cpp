#include "fusion/select/spread_batch.hpp"

#include "fusion/clustering/distance.hpp"
#include "fusion/statistics.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <limits>

namespace sluice::fusion {

namespace {

/// One over the population deviation of each feature over screen and labelled rows together. A centre would change no distance.
std::vector<float> joint_scaling(const Points& screen, const Points& labelled)
{
    const auto columns = static_cast<std::size_t>(screen.columns);
    std::vector<float> factor(columns);
    Kokkos::parallel_for("fusion/joint_scaling", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, screen.columns), [&](std::int64_t c) {
        std::vector<double> values;
        for (std::int64_t i = 0; i < screen.rows(); ++i) values.push_back(static_cast<double>(screen.row(i)[c]));
        for (std::int64_t i = 0; i < labelled.rows(); ++i) values.push_back(static_cast<double>(labelled.row(i)[c]));
        const double spread = deviation(values);
        factor[static_cast<std::size_t>(c)] = spread > 1e-12 ? static_cast<float>(1 / spread) : 1.0F;
    });
    return factor;
}

Rows scaled(const Points& points, const std::vector<float>& factor)
{
    Rows rows(points);
    Kokkos::parallel_for("fusion/scale_rows", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, rows.count), [&](std::int64_t i) {
        for (std::size_t c = 0; c < factor.size(); ++c) rows.row(i)[c] *= factor[c];
    });
    return rows;
}

/// Shifted and scaled into [0, 1]; all ones if nothing is above the lowest.
void scale_base(std::vector<double>& base)
{
    double lowest = 0, highest = 0;
    for (auto& b : base) {
        if (!std::isfinite(b)) b = 0;
        lowest = std::min(lowest, b);
    }
    for (auto& b : base) highest = std::max(highest, b -= lowest);
    for (auto& b : base) b = highest > 0 ? b / highest : 1;
}

}  // namespace

std::size_t promising(std::span<const double> score, std::size_t batch)
{
    const auto end = std::find_if(score.begin(), score.end(), [](double s) { return !(s > 0); });
    const auto count = static_cast<std::size_t>(end - score.begin());
    return count < batch ? score.size() : count;
}

std::vector<std::size_t> spread_batch(const Points& screen, std::vector<double> base, const Points& labelled, std::size_t count)
{
    const auto rows = static_cast<std::size_t>(screen.rows());
    scale_base(base);
    const auto factor = joint_scaling(screen, labelled);
    const Rows candidates = scaled(screen, factor), history = scaled(labelled, factor);
    std::vector<float> nearest(rows, std::numeric_limits<float>::infinity());  // squared
    const auto lower_to = [&](const Rows& others, std::int64_t first, std::int64_t end) {
        Kokkos::parallel_for("fusion/novelty", Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace>(0, candidates.count), [&](std::int64_t i) {
            auto& own = nearest[static_cast<std::size_t>(i)];
            for (std::int64_t j = first; j < end; ++j) own = std::min(own, SquaredDistance::below(own, candidates.row(i), others.row(j), candidates.stride));
        });
    };
    lower_to(history, 0, history.count);
    std::vector<std::size_t> batch;
    std::vector<bool> taken(rows, false);
    while (batch.size() < std::min(count, rows)) {
        std::vector<double> positive;
        for (std::size_t i = 0; i < rows; ++i) {
            if (!taken[i] && std::isfinite(nearest[i]) && nearest[i] > 0) positive.push_back(std::sqrt(static_cast<double>(nearest[i])));
        }
        const double scale = positive.empty() ? 0 : quantile(std::move(positive), 0.9);
        std::size_t best = rows;
        double best_value = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            if (taken[i]) continue;
            const double novelty = std::isinf(nearest[i]) ? 1 : scale > 0 ? std::min(std::sqrt(static_cast<double>(nearest[i])) / scale, 1.0) : 0;
            const double value = base[i] * (0.05 + 0.95 * novelty);
            if (best == rows || value > best_value) best = i, best_value = value;
        }
        taken[best] = true;
        batch.push_back(best);
        lower_to(candidates, static_cast<std::int64_t>(best), static_cast<std::int64_t>(best) + 1);
    }
    return batch;
}

}  // namespace sluice::fusion
