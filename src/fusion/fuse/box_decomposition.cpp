#include "fusion/fuse/box_decomposition.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>

namespace sluice::fusion {

namespace {

/// Coordinates as ranks: 0 stands for -infinity, 1 ... k for the members in the order of that coordinate, k + 1 for the reference.
/// The algorithm asks for points that share no coordinate; among ranks none is shared, and boxes between ranks of one value are empty.
template <std::size_t T>
using Ranks = std::array<std::uint32_t, T>;

/// A corner of the undominated region: nothing undominated lies above it in all objectives.
template <std::size_t T>
struct UpperBound {
    Ranks<T> corner;
    std::array<Ranks<T>, T> definer;  ///< the point that gives the corner its t-th coordinate, and lies below it in the others
};

template <std::size_t T>
std::uint32_t highest(const UpperBound<T>& bound, std::size_t coordinate, std::size_t definers, std::size_t but)
{
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < definers; ++i) {
        if (i != but) rank = std::max(rank, bound.definer[i][coordinate]);
    }
    return rank;
}

/// Replaces every bound that the point lies below by those that its coordinates cut from it, as far as they are not redundant.
template <std::size_t T>
void update(std::vector<UpperBound<T>>& bounds, const Ranks<T>& point)
{
    std::vector<UpperBound<T>> cut;
    std::erase_if(bounds, [&](const UpperBound<T>& bound) {
        for (std::size_t t = 0; t < T; ++t) {
            if (point[t] >= bound.corner[t]) return false;
        }
        for (std::size_t t = 0; t < T; ++t) {
            if (point[t] <= highest(bound, t, T, t)) continue;
            cut.push_back(bound);
            cut.back().corner[t] = point[t];
            cut.back().definer[t] = point;
        }
        return true;
    });
    bounds.insert(bounds.end(), cut.begin(), cut.end());
}

}  // namespace

template <std::size_t T>
Boxes<T> undominated_boxes(const Points<T>& front, const Point<T>& reference)
{
    const auto count = front.size();
    const auto outside = static_cast<std::uint32_t>(count) + 1;
    std::array<std::vector<double>, T> value;  // of each rank
    std::vector<Ranks<T>> ranks(count);
    UpperBound<T> whole{};
    for (std::size_t t = 0; t < T; ++t) {
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return front[a][t] < front[b][t]; });
        value[t].push_back(-std::numeric_limits<double>::infinity());
        for (const std::size_t member : order) {
            ranks[member][t] = static_cast<std::uint32_t>(value[t].size());
            value[t].push_back(front[member][t]);
        }
        value[t].push_back(reference[t]);
        whole.corner[t] = outside;
        whole.definer[t][t] = outside;
    }

    std::vector<UpperBound<T>> bounds{whole};
    for (const auto& point : ranks) update(bounds, point);

    Boxes<T> boxes;
    for (const auto& bound : bounds) {
        Point<T> lower, upper;
        bool is_empty = false;
        for (std::size_t t = 0; t < T; ++t) {
            lower[t] = value[t][highest(bound, t, t, T)];
            upper[t] = value[t][bound.corner[t]];
            is_empty = is_empty || lower[t] >= upper[t];
        }
        if (is_empty) continue;
        for (std::size_t t = 0; t < T; ++t) {
            boxes.lower[t].push_back(lower[t]);
            boxes.upper[t].push_back(upper[t]);
        }
    }
    return boxes;
}

template <std::size_t T>
double hypervolume_improvement(const Boxes<T>& boxes, const Point<T>& z)
{
    double total = 0;
    for (std::size_t b = 0; b < boxes.count(); ++b) {
        double volume = 1;
        for (std::size_t t = 0; t < T; ++t) volume *= std::max(0.0, boxes.upper[t][b] - std::max(boxes.lower[t][b], z[t]));
        total += volume;
    }
    return total;
}

template Boxes<2> undominated_boxes(const Points<2>&, const Point<2>&);
template Boxes<3> undominated_boxes(const Points<3>&, const Point<3>&);
template Boxes<4> undominated_boxes(const Points<4>&, const Point<4>&);
template double hypervolume_improvement(const Boxes<2>&, const Point<2>&);
template double hypervolume_improvement(const Boxes<3>&, const Point<3>&);
template double hypervolume_improvement(const Boxes<4>&, const Point<4>&);

}  // namespace sluice::fusion
