#include "fusion/select/exploration.hpp"

#include "fusion/statistics.hpp"

namespace sluice::fusion {

double explained_by_best(const std::vector<Surrogate>& surrogates, std::size_t targets)
{
    std::vector<double> best(targets, 0.0);
    for (const auto& s : surrogates) best[s.target] = std::max(best[s.target], s.explained);
    return mean(best);
}

std::int64_t drawn_at_random(double explained, double chosen, std::int64_t batch)
{
    constexpr double most = 0.3;
    return std::lround(most * chosen * (1 - explained) * static_cast<double>(batch));
}

}  // namespace sluice::fusion
