#include "fusion/clustering/k_means.hpp"

#include "fusion/clustering/distance.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr int most_iterations = 300;
constexpr double tolerance = 1e-4;

double sum(const std::vector<float>& values)
{
    double total = 0;
    for (const float v : values) total += static_cast<double>(v);
    return total;
}

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

/// Rows to start from; fewer than k if fewer are distinct.
std::vector<std::int64_t> starting_rows(const Rows& rows, int k, RandomStream& random)
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
            const double attempt_total = sum(attempt);
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

/// Nearest centroids and squared distances to them. \return whether a label changed
bool assign(const Rows& rows, const Rows& centroids, std::vector<std::int32_t>& label, std::vector<float>& squared)
{
    bool changed = false;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        // The last centroid is looked at first: it is mostly the nearest, and the others are then left early.
        const std::int32_t last = label[at];
        std::int32_t nearest = last;
        float least = SquaredDistance::between(rows.row(i), centroids.row(last), rows.stride);
        float limit = std::nextafter(least, INFINITY);
        for (std::int32_t c = 0; c < static_cast<std::int32_t>(centroids.count); ++c) {
            if (c == last) continue;
            const float distance = SquaredDistance::below(limit, rows.row(i), centroids.row(c), rows.stride);
            if (distance < least || (distance == least && c < nearest)) {
                least = distance;
                limit = std::nextafter(least, INFINITY);
                nearest = c;
            }
        }
        changed = changed || nearest != last;
        label[at] = nearest;
        squared[at] = least;
    }
    return changed;
}

/// Gives every cluster without rows the row that is farthest from its centroid, out of a cluster that has others.
void fill_empty_clusters(std::vector<std::int64_t>& size, std::vector<std::int32_t>& label, std::vector<float>& squared)
{
    for (std::size_t c = 0; c < size.size(); ++c) {
        if (size[c] > 0) continue;
        std::size_t farthest = label.size();
        for (std::size_t i = 0; i < label.size(); ++i) {
            const bool shares = size[static_cast<std::size_t>(label[i])] > 1;
            if (shares && (farthest == label.size() || squared[i] > squared[farthest])) farthest = i;
        }
        --size[static_cast<std::size_t>(label[farthest])];
        label[farthest] = static_cast<std::int32_t>(c);
        squared[farthest] = 0;
        size[c] = 1;
    }
}

/// Moves the centroids to the means of their rows. \return the sum of squared moves
double update(const Rows& rows, Rows& centroids, std::vector<std::int32_t>& label, std::vector<float>& squared)
{
    std::vector<std::int64_t> size(static_cast<std::size_t>(centroids.count), 0);
    for (const auto c : label) ++size[static_cast<std::size_t>(c)];
    fill_empty_clusters(size, label, squared);
    std::vector<double> total(centroids.values.size(), 0.0);
    for (std::int64_t i = 0; i < rows.count; ++i) {
        double* t = total.data() + label[static_cast<std::size_t>(i)] * rows.stride;
        const float* x = rows.row(i);
        for (std::int64_t c = 0; c < rows.stride; ++c) t[c] += static_cast<double>(x[c]);
    }
    double moved = 0;
    for (std::int64_t k = 0; k < centroids.count; ++k) {
        float* centroid = centroids.row(k);
        for (std::int64_t c = 0; c < rows.stride; ++c) {
            const auto mean = static_cast<float>(total[static_cast<std::size_t>(k * rows.stride + c)] / static_cast<double>(size[static_cast<std::size_t>(k)]));
            const double move = static_cast<double>(mean) - static_cast<double>(centroid[c]);
            moved += move * move;
            centroid[c] = mean;
        }
    }
    return moved;
}

/// Population variance of a column, averaged over columns.
double mean_variance(const Rows& rows)
{
    std::vector<double> mean(static_cast<std::size_t>(rows.stride), 0.0);
    for (std::int64_t i = 0; i < rows.count; ++i) {
        for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += static_cast<double>(rows.row(i)[c]);
    }
    for (auto& m : mean) m /= static_cast<double>(rows.count);
    double squares = 0;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        for (std::size_t c = 0; c < mean.size(); ++c) {
            const double deviation = static_cast<double>(rows.row(i)[c]) - mean[c];
            squares += deviation * deviation;
        }
    }
    return squares / static_cast<double>(rows.count * rows.columns);
}

}  // namespace

KMeans k_means(const Rows& rows, int k, RandomStream random)
{
    KMeans found;
    found.label.assign(static_cast<std::size_t>(rows.count), 0);
    found.centroids = Rows(rows, starting_rows(rows, k, random));
    std::vector<float> squared(found.label.size());
    const double smallest_move = tolerance * mean_variance(rows);
    assign(rows, found.centroids, found.label, squared);
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        const double moved = update(rows, found.centroids, found.label, squared);
        if (!assign(rows, found.centroids, found.label, squared) || moved <= smallest_move) break;
    }
    found.inertia = sum(squared);
    return found;
}

std::vector<std::int32_t> nearest_centroid(const Rows& rows, const Rows& centroids)
{
    std::vector<std::int32_t> label(static_cast<std::size_t>(rows.count), 0);
    std::vector<float> squared(label.size());
    assign(rows, centroids, label, squared);
    return label;
}

}  // namespace sluice::fusion
