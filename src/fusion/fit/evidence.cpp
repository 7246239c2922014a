#include "fusion/fit/evidence.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

std::vector<double> relative_evidence(const std::vector<Surrogate>& surrogates, const std::vector<Target>& targets)
{
    std::vector<double> best(targets.size(), -INFINITY), evidence;
    for (const auto& s : surrogates) best[s.target] = std::max(best[s.target], s.reliability.log_score);
    for (const auto& s : surrogates) {
        const double most = best[s.target], own = s.reliability.log_score, rows = static_cast<double>(targets[s.target].merit.size());
        const double lack = own < most ? most - own : 0;  // also where all are -infinity: predictions that are no numbers
        evidence.push_back(std::exp(-std::sqrt(rows) * lack));
    }
    return evidence;
}

}  // namespace sluice::fusion
