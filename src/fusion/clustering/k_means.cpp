#include "fusion/clustering/k_means.hpp"

#include "fusion/clustering/distance.hpp"
#include "fusion/clustering/k_means_start.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr int most_iterations = 300;
constexpr double tolerance = 1e-4;

/// A partition on its way to rest, with bounds on distances that save most of them (Elkan): a centroid that moved by m is nearer or farther by at most m.
struct State {
    std::int64_t k;
    std::vector<std::int32_t> label;
    std::vector<float> upper;        ///< [rows] at least the distance to the own centroid
    std::vector<float> lower;        ///< [rows, k] at most the distance to each centroid
    std::vector<double> total;       ///< [k, stride] sums of the rows of each cluster
    std::vector<std::int64_t> size;  ///< [k]

    float* lower_of(std::int64_t i) { return lower.data() + i * k; }

    void move(const Rows& rows, std::int64_t i, std::int32_t to)
    {
        double* from_total = total.data() + label[i] * rows.stride;
        double* to_total = total.data() + to * rows.stride;
        const float* x = rows.row(i);
        for (std::int64_t c = 0; c < rows.stride; ++c) from_total[c] -= static_cast<double>(x[c]);
        for (std::int64_t c = 0; c < rows.stride; ++c) to_total[c] += static_cast<double>(x[c]);
        --size[label[i]];
        ++size[to];
        label[i] = to;
    }
};

float distance(const Rows& rows, std::int64_t i, const Rows& centroids, std::int64_t c)
{
    return std::sqrt(SquaredDistance::between(rows.row(i), centroids.row(c), rows.stride));
}

State first_assignment(const Rows& rows, const Rows& centroids)
{
    const auto n = static_cast<std::size_t>(rows.count), k = static_cast<std::size_t>(centroids.count);
    State state{centroids.count, std::vector<std::int32_t>(n), std::vector<float>(n), std::vector<float>(n * k), std::vector<double>(centroids.values.size()),
                std::vector<std::int64_t>(k)};
    state.size[0] = rows.count;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        for (std::int64_t c = 0; c < rows.stride; ++c) state.total[c] += static_cast<double>(rows.row(i)[c]);
    }
    for (std::int64_t i = 0; i < rows.count; ++i) {
        float* lower = state.lower_of(i);
        for (std::int64_t c = 0; c < centroids.count; ++c) lower[c] = distance(rows, i, centroids, c);
        const auto nearest = static_cast<std::int32_t>(std::min_element(lower, lower + centroids.count) - lower);
        state.upper[i] = lower[nearest];
        if (nearest != 0) state.move(rows, i, nearest);
    }
    return state;
}

/// Gives every cluster without rows the row that is farthest from its centroid, out of a cluster that has others.
void fill_empty_clusters(const Rows& rows, const Rows& centroids, State& state)
{
    for (std::int32_t c = 0; c < static_cast<std::int32_t>(state.k); ++c) {
        if (state.size[c] > 0) continue;
        std::int64_t farthest = 0;
        float largest = -1;
        for (std::int64_t i = 0; i < rows.count; ++i) {
            if (state.size[state.label[i]] == 1) continue;
            const float d = distance(rows, i, centroids, state.label[i]);
            if (d > largest) {
                largest = d;
                farthest = i;
            }
        }
        state.move(rows, farthest, c);
        state.upper[farthest] = INFINITY;
    }
}

/// Moves the centroids to the means of their rows. \return how far each went
std::vector<float> update(const Rows& rows, Rows& centroids, State& state)
{
    fill_empty_clusters(rows, centroids, state);
    std::vector<float> moves;
    for (std::int64_t k = 0; k < centroids.count; ++k) {
        double moved = 0;
        for (std::int64_t c = 0; c < rows.stride; ++c) {
            const auto mean = static_cast<float>(state.total[k * rows.stride + c] / static_cast<double>(state.size[k]));
            const double move = static_cast<double>(mean) - static_cast<double>(centroids.row(k)[c]);
            moved += move * move;
            centroids.row(k)[c] = mean;
        }
        moves.push_back(static_cast<float>(std::sqrt(moved)));
    }
    return moves;
}

/// Finds the nearest centroids again. \return whether a row changed its cluster
bool reassign(const Rows& rows, const Rows& centroids, std::span<const float> moves, State& state)
{
    bool changed = false;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        float* lower = state.lower_of(i);
        float upper = state.upper[i] + moves[state.label[i]];
        for (std::int64_t c = 0; c < state.k; ++c) lower[c] -= moves[c];
        bool exact = false;
        std::int32_t nearest = state.label[i];
        for (std::int32_t c = 0; c < static_cast<std::int32_t>(state.k); ++c) {
            if (c == nearest || lower[c] >= upper) continue;
            if (!exact) {
                upper = lower[nearest] = distance(rows, i, centroids, nearest);
                exact = true;
                if (lower[c] >= upper) continue;
            }
            lower[c] = distance(rows, i, centroids, c);
            if (lower[c] < upper || (lower[c] == upper && c < nearest)) {
                upper = lower[c];
                nearest = c;
            }
        }
        state.upper[i] = upper;
        if (nearest == state.label[i]) continue;
        state.move(rows, i, nearest);
        changed = true;
    }
    return changed;
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
    auto& centroids = found.centroids = Rows(rows, k_means_start(rows, k, random));
    auto state = first_assignment(rows, centroids);
    const double rest = tolerance * mean_variance(rows);
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        const auto moves = update(rows, centroids, state);
        double moved = 0;
        for (const float m : moves) moved += static_cast<double>(m) * static_cast<double>(m);
        if (!reassign(rows, centroids, moves, state) || moved <= rest) break;
    }
    found.label = std::move(state.label);
    for (std::int64_t i = 0; i < rows.count; ++i) {
        found.inertia += static_cast<double>(SquaredDistance::between(rows.row(i), centroids.row(found.label[i]), rows.stride));
    }
    return found;
}

std::vector<std::int32_t> nearest_centroid(const Rows& rows, const Rows& centroids)
{
    std::vector<std::int32_t> label;
    for (std::int64_t i = 0; i < rows.count; ++i) {
        std::int32_t nearest = 0;
        float least = INFINITY;
        for (std::int32_t c = 0; c < static_cast<std::int32_t>(centroids.count); ++c) {
            const float squared = SquaredDistance::below(least, rows.row(i), centroids.row(c), rows.stride);
            if (squared < least) {
                least = squared;
                nearest = c;
            }
        }
        label.push_back(nearest);
    }
    return label;
}

}  // namespace sluice::fusion
