#include "base/random.hpp"
#include "pool/space_filling.hpp"

#include <numeric>

namespace sluice::pool {

std::vector<float> latin_hypercube(const Domain& domain, std::int64_t count, std::uint64_t seed)
{
    const auto columns = domain.lower.size(), rows = static_cast<std::size_t>(count);
    std::vector<float> points(rows * columns);
    std::vector<std::uint32_t> stratum(rows);
    for (std::size_t c = 0; c < columns; ++c) {
        RandomStream random(seed, Purpose::latin_hypercube, 0, c);
        std::iota(stratum.begin(), stratum.end(), 0U);
        for (std::size_t i = rows; i > 1; --i) std::swap(stratum[i - 1], stratum[random.below(static_cast<std::uint32_t>(i))]);
        for (std::size_t i = 0; i < rows; ++i) points[i * columns + c] = domain.at(c, (stratum[i] + random.uniform()) / static_cast<double>(count));
    }
    return points;
}

}  // namespace sluice::pool
