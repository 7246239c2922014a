#include "fusion/clustering/k_means_start.hpp"

#include "fusion/clustering/distance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::fusion {

namespace {

/// A row drawn with probability in proportion to its weight; `total` > 0 is their sum.
std::int64_t draw(const std::vector<float>& weight, double total, RandomStream& random)
{
    const double at = random.uniform() * total;
    double passed = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        if (weight[i] == 0) continue;
        last = i;
        passed += static_cast<double>(weight[i]);
        if (passed > at) break;
    }
    return static_cast<std::int64_t>(last);
}

}  // namespace

std::vector<std::int64_t> k_means_start(const Rows& rows, int k, RandomStream& random)
{
    const int candidates = 2 + static_cast<int>(std::log(k));
    std::vector<float> closest(static_cast<std::size_t>(rows.count), INFINITY), attempt(closest), best(closest);
    std::vector<std::int64_t> chosen;
    double total = INFINITY;
    while (static_cast<int>(chosen.size()) < k && total > 0) {
        double best_total = INFINITY;
        std::int64_t best_row = 0;
        for (int c = 0; c < (chosen.empty() ? 1 : candidates); ++c) {
            const std::int64_t row = chosen.empty() ? random.below(static_cast<std::uint32_t>(rows.count)) : draw(closest, total, random);
            for (std::int64_t i = 0; i < rows.count; ++i) {
                const auto at = static_cast<std::size_t>(i);
                attempt[at] = std::min(closest[at], SquaredDistance::below(closest[at], rows.row(i), rows.row(row), rows.stride));
            }
            const double attempt_total = std::accumulate(attempt.begin(), attempt.end(), 0.0);
            if (attempt_total < best_total) {
                best_total = attempt_total;
                best_row = row;
                best.swap(attempt);
            }
        }
        total = best_total;
        closest = best;
        chosen.push_back(best_row);
    }
    return chosen;
}

}  // namespace sluice::fusion
