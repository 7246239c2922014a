#include "fusion/fit/resampling.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::fusion {

models::Bootstrap draw_weighted(std::span<const double> weight, std::int64_t count, RandomStream& random)
{
    std::vector<double> up_to(weight.size());
    std::partial_sum(weight.begin(), weight.end(), up_to.begin());
    models::Bootstrap rows;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto at = std::upper_bound(up_to.begin(), up_to.end() - 1, random.uniform() * up_to.back());
        rows.push_back(at - up_to.begin());
    }
    return rows;
}

std::vector<double> softened(std::span<const double> biased, double least_uniform, RandomStream& random)
{
    const double omega = least_uniform + (1 - least_uniform) * random.uniform();
    std::vector<double> weight;
    for (const double pi : biased) weight.push_back(omega / static_cast<double>(biased.size()) + (1 - omega) * pi);
    return weight;
}

std::vector<Fold> draw_folds(const models::Bootstrap& sample, bool grouped, RandomStream& random)
{
    constexpr std::size_t most_folds = 5;
    // A group is a list of places in the sample that stay together.
    std::vector<std::vector<std::size_t>> groups;
    if (grouped) {
        std::vector<std::size_t> places(sample.size());
        std::iota(places.begin(), places.end(), std::size_t{0});
        std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) { return sample[a] < sample[b]; });
        for (const auto place : places) {
            if (groups.empty() || sample[groups.back()[0]] != sample[place]) groups.emplace_back();
            groups.back().push_back(place);
        }
    } else {
        for (std::size_t place = 0; place < sample.size(); ++place) groups.push_back({place});
    }
    for (std::size_t i = groups.size(); i > 1; --i) std::swap(groups[i - 1], groups[random.below(static_cast<std::uint32_t>(i))]);

    std::vector<Fold> folds(std::clamp<std::size_t>(groups.size(), 2, most_folds));
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (std::size_t f = 0; f < folds.size(); ++f) {
            auto& side = g % folds.size() == f ? folds[f].test : folds[f].train;
            for (const auto place : groups[g]) side.push_back(sample[place]);
        }
    }
    return folds;
}

}  // namespace sluice::fusion
