#include "two_index/mixture_figures.hpp"

#include "parallel/tile_sums.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::two_index {

using models::mixture_density::Ensemble;
using models::mixture_density::Heads;

namespace {

constexpr std::int64_t most_scored = Heads::rows;  // points of CRPS and energy score

/// The whole ensemble at a point as one mixture, raw units: weights [M], means and variances [M, targets].
struct FlatMixture {
    std::vector<double> weight, mean, variance;
};

FlatMixture flatten(const Ensemble& ensemble, const Heads& heads, std::int64_t row)
{
    FlatMixture flat;
    const auto targets = static_cast<std::size_t>(ensemble.shape.targets), components = static_cast<std::size_t>(ensemble.shape.components);
    for (std::int64_t e = 0; e < ensemble.members; ++e) {
        const auto head = heads.of(e, row);
        for (const double w : mixture_weights(head.logits, ensemble.shape.components)) flat.weight.push_back(w / static_cast<double>(ensemble.members));
        for (std::size_t i = 0; i < components * targets; ++i) {
            const auto t = i % targets;
            flat.mean.push_back(static_cast<double>(head.means[i]) * ensemble.y.scale[t] + ensemble.y.shift[t]);
            flat.variance.push_back(static_cast<double>(head.variances[i]) * ensemble.y.scale[t] * ensemble.y.scale[t] + ensemble.least_variance(t));
        }
    }
    return flat;
}

/// E|X| of X ~ N(mean, variance).
double mean_magnitude(double mean, double variance)
{
    const double s = std::sqrt(variance), z = mean / s;
    return 2 * s * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi) + mean * std::erf(z / std::numbers::sqrt2);
}

/// Of a scalar mixture, in closed form. Source: Grimit et al. 2006.
double crps(const FlatMixture& flat, std::size_t target, std::size_t targets, double y)
{
    const auto count = flat.weight.size();
    double truth = 0, spread = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double mean = flat.mean[i * targets + target], variance = flat.variance[i * targets + target];
        truth += flat.weight[i] * mean_magnitude(y - mean, variance);
        spread += 0.5 * flat.weight[i] * flat.weight[i] * mean_magnitude(0, 2 * variance);
        for (std::size_t j = 0; j < i; ++j) {
            spread += flat.weight[i] * flat.weight[j] * mean_magnitude(mean - flat.mean[j * targets + target], variance + flat.variance[j * targets + target]);
        }
    }
    return truth - spread;
}

/// E||Y - y|| - 1/2 E||Y - Y'||, from pairs of independent samples.
double energy_score(const FlatMixture& flat, std::size_t targets, const double* y, RandomStream random)
{
    constexpr int samples = 64;
    const auto draw = [&](std::vector<double>& out) {
        double left = random.uniform();
        std::size_t i = 0;
        while (i + 1 < flat.weight.size() && left >= flat.weight[i]) left -= flat.weight[i++];
        for (std::size_t t = 0; t < targets; ++t) out[t] = flat.mean[i * targets + t] + std::sqrt(flat.variance[i * targets + t]) * random.normal();
    };
    std::vector<double> a(targets), b(targets);
    double score = 0;
    for (int s = 0; s < samples; ++s) {
        draw(a);
        draw(b);
        double to_a = 0, to_b = 0, between = 0;
        for (std::size_t t = 0; t < targets; ++t) {
            to_a += (a[t] - y[t]) * (a[t] - y[t]);
            to_b += (b[t] - y[t]) * (b[t] - y[t]);
            between += (a[t] - b[t]) * (a[t] - b[t]);
        }
        score += 0.5 * (std::sqrt(to_a) + std::sqrt(to_b) - std::sqrt(between));
    }
    return score / samples;
}

/// Of the members' mean, averaged over targets.
double squared_error(const Ensemble& ensemble, const Heads& heads, std::int64_t row, const double* y)
{
    const auto members = static_cast<std::size_t>(ensemble.members), targets = static_cast<std::size_t>(ensemble.shape.targets);
    std::vector<float> means(members * targets);
    conditional_means(ensemble, heads, row, means.data());
    double sum = 0;
    for (std::size_t t = 0; t < targets; ++t) {
        double mean = 0;
        for (std::size_t m = 0; m < members; ++m) mean += static_cast<double>(means[m * targets + t]) / static_cast<double>(members);
        sum += (mean - y[t]) * (mean - y[t]) / static_cast<double>(targets);
    }
    return sum;
}

}  // namespace

std::vector<double> mixture_weights(const float* logits, std::int64_t components)
{
    std::vector<double> weights(logits, logits + components);
    const double largest = *std::max_element(weights.begin(), weights.end());
    double total = 0;
    for (auto& w : weights) total += w = std::exp(w - largest);
    for (auto& w : weights) w /= total;
    return weights;
}

double negative_log_likelihood(const Ensemble& ensemble, const Heads& heads, std::int64_t row, const double* y)
{
    const auto flat = flatten(ensemble, heads, row);
    const auto targets = static_cast<std::size_t>(ensemble.shape.targets);
    std::vector<double> terms;
    double largest = -INFINITY;
    for (std::size_t i = 0; i < flat.weight.size(); ++i) {
        double sum = static_cast<double>(targets) * std::log(2 * std::numbers::pi);
        for (std::size_t t = 0; t < targets; ++t) {
            const double difference = y[t] - flat.mean[i * targets + t], variance = flat.variance[i * targets + t];
            sum += difference * difference / variance + std::log(variance);
        }
        terms.push_back(std::log(flat.weight[i]) - 0.5 * sum);
        largest = std::max(largest, terms.back());
    }
    double total = 0;
    for (const double term : terms) total += std::exp(term - largest);
    return -(largest + std::log(total));
}

void conditional_means(const Ensemble& ensemble, const Heads& heads, std::int64_t row, float* means)
{
    const auto targets = static_cast<std::size_t>(ensemble.shape.targets);
    for (std::int64_t e = 0; e < ensemble.members; ++e) {
        const auto head = heads.of(e, row);
        const auto weights = mixture_weights(head.logits, ensemble.shape.components);
        for (std::size_t t = 0; t < targets; ++t) {
            double sum = 0;
            for (std::size_t k = 0; k < weights.size(); ++k) sum += weights[k] * static_cast<double>(head.means[k * targets + t]);
            *means++ = static_cast<float>(sum * ensemble.y.scale[t] + ensemble.y.shift[t]);
        }
    }
}

TestFigures test_figures(const Ensemble& ensemble, const problems::TestSet& test, std::uint64_t seed, std::int64_t iteration, const Communicator& ranks)
{
    const Tiling tiling{test.rows, Heads::rows};
    const auto share = share_of(tiling, ranks.rank(), ranks.size());
    const auto columns = ensemble.shape.columns, targets = ensemble.shape.targets;
    const auto sums = parallel::sum_over_tiles("two_index/test", tiling, share, 4, ranks, [&](RowId tile, double* sum) {
        thread_local std::vector<float> features;
        thread_local Heads heads;
        features.assign(static_cast<std::size_t>(Heads::rows * columns), 0.0F);
        const auto first = tiling.first_row(tile), rows = tiling.rows_in(tile);
        std::copy_n(test.x.begin() + first * columns, rows * columns, features.begin());
        ensemble.predict(features.data(), false, heads);
        for (std::int64_t i = 0; i < rows; ++i) {
            const double* y = test.y.data() + (first + i) * targets;
            sum[0] += negative_log_likelihood(ensemble, heads, i, y);
            sum[3] += squared_error(ensemble, heads, i, y);
            if (first + i >= most_scored) continue;
            const auto flat = flatten(ensemble, heads, i);
            for (std::int64_t t = 0; t < targets; ++t) sum[1] += crps(flat, static_cast<std::size_t>(t), static_cast<std::size_t>(targets), y[t]) / static_cast<double>(targets);
            sum[2] += energy_score(flat, static_cast<std::size_t>(targets), y,
                                   RandomStream(seed, Purpose::energy_score, static_cast<std::uint32_t>(iteration), static_cast<std::uint64_t>(first + i)));
        }
    });
    const auto all = static_cast<double>(test.rows), scored = static_cast<double>(std::min(test.rows, most_scored));
    return {sums[0] / all, sums[1] / scored, sums[2] / scored, sums[3] / all};
}

}  // namespace sluice::two_index
