#include "fusion/fuse/hypervolume.hpp"

#include "fusion/fuse/pareto_front.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <deque>
#include <numeric>

namespace sluice::fusion {

namespace {

template <std::size_t T>
bool is_below(const Point<T>& p, const Point<T>& reference)
{
    for (std::size_t t = 0; t < T; ++t) {
        if (!(p[t] < reference[t])) return false;
    }
    return true;
}

/// The undominated points of a plane, by increasing first and so decreasing second coordinate, and the area that they dominate within a reference.
class Staircase {
public:
    explicit Staircase(const Point<2>& reference) : reference_(reference) {}

    void add(const Point<2>& p)
    {
        const auto beyond = std::upper_bound(steps_.begin(), steps_.end(), p[0], [](double x, const Point<2>& step) { return x < step[0]; });
        if (beyond != steps_.begin() && (*std::prev(beyond))[1] <= p[1]) return;
        const auto first = beyond != steps_.begin() && (*std::prev(beyond))[0] == p[0] ? std::prev(beyond) : beyond;
        double left = p[0], top = first == steps_.begin() ? reference_[1] : (*std::prev(first))[1];
        auto last = first;
        for (; last != steps_.end() && (*last)[1] >= p[1]; ++last) {
            area_ += ((*last)[0] - left) * (top - p[1]);
            left = (*last)[0];
            top = (*last)[1];
        }
        area_ += ((last == steps_.end() ? reference_[0] : (*last)[0]) - left) * (top - p[1]);
        steps_.insert(steps_.erase(first, last), p);
    }

    double area() const { return area_; }

private:
    Point<2> reference_;
    Points<2> steps_;
    double area_ = 0;
};

double dominated(const Points<2>& points, const Point<2>& reference)
{
    Staircase staircase(reference);
    for (const auto& p : points) staircase.add(p);
    return staircase.area();
}

double dominated(Points<3> points, const Point<3>& reference)
{
    std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[2] < b[2]; });
    Staircase staircase({reference[0], reference[1]});
    double volume = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        staircase.add({points[i][0], points[i][1]});
        volume += staircase.area() * ((i + 1 < points.size() ? points[i + 1][2] : reference[2]) - points[i][2]);
    }
    return volume;
}

double dominated(Points<4> points, const Point<4>& reference)
{
    std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[3] < b[3]; });
    Points<3> slice;
    double volume = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        slice.push_back({points[i][0], points[i][1], points[i][2]});
        const double thickness = (i + 1 < points.size() ? points[i + 1][3] : reference[3]) - points[i][3];
        if (thickness == 0) continue;
        slice = pareto_front(std::move(slice));
        volume += dominated(slice, {reference[0], reference[1], reference[2]}) * thickness;
    }
    return volume;
}

std::vector<double> exclusive(const Points<2>& front, const Point<2>& reference)
{
    std::vector<double> volume(front.size());
    for (std::size_t i = 0; i < front.size(); ++i) {
        const double right = i + 1 < front.size() ? front[i + 1][0] : reference[0];
        const double top = i > 0 ? front[i - 1][1] : reference[1];
        volume[i] = (right - front[i][0]) * (top - front[i][1]);
    }
    return volume;
}

/// A sweep along the third objective. At every height each step of the staircase dominates an area of the plane alone; it is kept as slabs standing on the
/// step's second coordinate, side by side, of decreasing height. A slab whose shape changes adds what it has swept so far.
class ExclusiveSweep {
public:
    ExclusiveSweep(const Points<3>& front, const Point<3>& reference)
        : front_(front), reference_(reference), slabs_(front.size()), volume_(front.size(), 0.0)
    {
    }

    /// Members come in the order of their third coordinates.
    void add(std::size_t member)
    {
        const auto& [x, y, z] = front_[member];
        const auto first = std::lower_bound(steps_.begin(), steps_.end(), x, [&](std::size_t step, double value) { return front_[step][0] < value; });
        auto last = first;
        double left = x, top = reference_[1];
        if (first != steps_.begin()) {
            const std::size_t neighbour = *std::prev(first);
            top = front_[neighbour][1];
            cut_right(neighbour, x, z);
        }
        for (; last != steps_.end() && front_[*last][1] >= y; ++last) {
            finish(*last, z);
            add_slab(member, {left, front_[*last][0], top, z});
            left = front_[*last][0];
            top = front_[*last][1];
        }
        add_slab(member, {left, last == steps_.end() ? reference_[0] : front_[*last][0], top, z});
        if (last != steps_.end()) cut_top(*last, y, z);
        steps_.insert(steps_.erase(first, last), member);
    }

    std::vector<double> finish()
    {
        for (const std::size_t step : steps_) finish(step, reference_[2]);
        return std::move(volume_);
    }

private:
    struct Slab {
        double left, right, top;
        double since;  ///< the height at which it got this shape
    };

    void add_slab(std::size_t member, const Slab& slab)
    {
        if (slab.left < slab.right) slabs_[member].push_back(slab);
    }

    void sweep(std::size_t member, const Slab& slab, double z)
    {
        volume_[member] += (slab.right - slab.left) * (slab.top - front_[member][1]) * (z - slab.since);
    }

    void cut_right(std::size_t member, double x, double z)
    {
        auto& slabs = slabs_[member];
        while (!slabs.empty() && slabs.back().right > x) {
            const Slab slab = slabs.back();
            slabs.pop_back();
            sweep(member, slab, z);
            add_slab(member, {slab.left, std::min(slab.right, x), slab.top, z});
        }
    }

    void cut_top(std::size_t member, double y, double z)
    {
        auto& slabs = slabs_[member];
        if (slabs.empty() || slabs.front().top <= y) return;
        const double left = slabs.front().left;
        double right = left;
        while (!slabs.empty() && slabs.front().top > y) {
            sweep(member, slabs.front(), z);
            right = slabs.front().right;
            slabs.pop_front();
        }
        slabs.push_front({left, right, y, z});
    }

    void finish(std::size_t member, double z)
    {
        for (const Slab& slab : slabs_[member]) sweep(member, slab, z);
        slabs_[member].clear();
    }

    const Points<3>& front_;
    Point<3> reference_;
    std::vector<std::size_t> steps_;  ///< members that are undominated in the plane, by increasing first coordinate
    std::vector<std::deque<Slab>> slabs_;
    std::vector<double> volume_;
};

std::vector<double> exclusive(const Points<3>& front, const Point<3>& reference)
{
    std::vector<std::size_t> order(front.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return front[a][2] != front[b][2] ? front[a][2] < front[b][2] : a < b; });
    ExclusiveSweep sweep(front, reference);
    for (const std::size_t member : order) sweep.add(member);
    return sweep.finish();
}

std::vector<double> exclusive(const Points<4>& front, const Point<4>& reference)
{
    using Members = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>>;
    std::vector<double> volume(front.size());
    Kokkos::parallel_for("fusion/exclusive", Members(0, front.size()).set_chunk_size(1), [&](std::size_t i) {
        const auto& own = front[i];
        double box = 1;
        for (std::size_t t = 0; t < 4; ++t) box *= reference[t] - own[t];
        Points<4> others;
        for (std::size_t j = 0; j < front.size(); ++j) {
            if (j == i) continue;
            others.push_back(front[j]);
            for (std::size_t t = 0; t < 4; ++t) others.back()[t] = std::max(others.back()[t], own[t]);
        }
        // The difference may round to below 0.
        volume[i] = std::max(0.0, box - dominated(pareto_front(std::move(others)), reference));
    });
    return volume;
}

}  // namespace

template <std::size_t T>
double hypervolume(const Points<T>& points, const Point<T>& reference)
{
    Points<T> inside;
    std::copy_if(points.begin(), points.end(), std::back_inserter(inside), [&](const Point<T>& p) { return is_below(p, reference); });
    return dominated(pareto_front(std::move(inside)), reference);
}

template <std::size_t T>
std::vector<double> exclusive_contributions(const Points<T>& front, const Point<T>& reference)
{
    return exclusive(front, reference);
}

template double hypervolume(const Points<2>&, const Point<2>&);
template double hypervolume(const Points<3>&, const Point<3>&);
template double hypervolume(const Points<4>&, const Point<4>&);
template std::vector<double> exclusive_contributions(const Points<2>&, const Point<2>&);
template std::vector<double> exclusive_contributions(const Points<3>&, const Point<3>&);
template std::vector<double> exclusive_contributions(const Points<4>&, const Point<4>&);

}  // namespace sluice::fusion
