#include "models/mixture_density/minibatch.hpp"

#include <set>

namespace sluice::models::mixture_density {

std::vector<std::int64_t> draw_minibatch(std::int64_t rows, std::int64_t count, std::int64_t step, const FitKey& key)
{
    std::vector<std::int64_t> drawn;
    if (count >= rows) {
        for (std::int64_t row = 0; row < rows; ++row) drawn.push_back(row);
        return drawn;
    }
    // Floyd's sampling without replacement.
    auto random = key.draws(Purpose::minibatch, static_cast<int>(step));
    std::set<std::int64_t> chosen;
    for (std::int64_t last = rows - count; last < rows; ++last) {
        const auto row = static_cast<std::int64_t>(random.below(static_cast<std::uint32_t>(last + 1)));
        chosen.insert(chosen.contains(row) ? last : row);
    }
    return {chosen.begin(), chosen.end()};
}

}  // namespace sluice::models::mixture_density
