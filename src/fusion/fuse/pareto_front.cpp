#include "fusion/fuse/pareto_front.hpp"

#include <algorithm>
#include <map>

namespace sluice::fusion {

namespace {

// Each of these is shown points in lexicographic order and says which are new to the front. What comes later cannot dominate what came before.

struct Front2 {
    bool add(const Point<2>& p)
    {
        if (!empty && lowest <= p[1]) return false;
        empty = false;
        lowest = p[1];
        return true;
    }
    bool empty = true;
    double lowest = 0;
};

struct Front3 {
    bool add(const Point<3>& p)
    {
        auto next = stairs.upper_bound(p[1]);
        if (next != stairs.begin() && std::prev(next)->second <= p[2]) return false;
        if (next != stairs.begin() && std::prev(next)->first == p[1]) --next;
        while (next != stairs.end() && next->second >= p[2]) next = stairs.erase(next);
        stairs.emplace_hint(next, p[1], p[2]);
        return true;
    }
    std::map<double, double> stairs;  ///< second coordinate to third, of the points undominated in these two: the third falls as the second grows
};

struct Front4 {
    bool add(const Point<4>& p)
    {
        for (std::size_t i = 0; i < front.size(); ++i) {
            if (!covers(front[i], p)) continue;
            // A point that dominates one is likely to dominate many: it moves forward, to be met sooner.
            std::swap(front[i], front[i / 2]);
            return false;
        }
        front.push_back(p);
        return true;
    }
    Points<4> front;
};

template <std::size_t T>
struct FrontOf;
template <>
struct FrontOf<2> : Front2 {};
template <>
struct FrontOf<3> : Front3 {};
template <>
struct FrontOf<4> : Front4 {};

/// Drops what the point of the smallest coordinate sum dominates, which is most of a cloud of points and saves sorting it.
template <std::size_t T>
void drop_mediocre(Points<T>& points)
{
    const auto sum = [](const Point<T>& p) {
        double total = 0;
        for (const double coordinate : p) total += coordinate;
        return total;
    };
    if (points.empty()) return;
    const Point<T> pivot = *std::min_element(points.begin(), points.end(), [&](const auto& a, const auto& b) { return sum(a) < sum(b); });
    std::erase_if(points, [&](const Point<T>& p) { return covers(pivot, p) && p != pivot; });
}

}  // namespace

template <std::size_t T>
Points<T> pareto_front(Points<T> points)
{
    drop_mediocre(points);
    std::sort(points.begin(), points.end());
    FrontOf<T> front;
    std::erase_if(points, [&](const Point<T>& p) { return !front.add(p); });
    return points;
}

template Points<2> pareto_front(Points<2>);
template Points<3> pareto_front(Points<3>);
template Points<4> pareto_front(Points<4>);

}  // namespace sluice::fusion
