#include "fusion/fuse/expected_hypervolume_improvement.hpp"

#include "base/random.hpp"
#include "fusion/fuse/box_decomposition.hpp"
#include "fusion/fuse/pareto_front.hpp"

#include <Kokkos_Core.hpp>

#include <algorithm>
#include <cmath>

namespace sluice::fusion {

namespace {

constexpr double least_reference = 3, reference_margin = 1e-4, clip_margin = 1e-6, jitter = 1e-6;

template <std::size_t T>
using Matrix = std::array<std::array<double, T>, T>;

/// [target][sample]
template <std::size_t T>
using Samples = std::array<std::array<double, improvement_samples>, T>;

/// What a new label can gain, of objectives to be minimised.
template <std::size_t T>
struct Gain {
    Boxes<T> boxes;
    Point<T> clip;  ///< samples are not worse than this
};

template <std::size_t T>
Gain<T> gain_over(std::span<const double> labelled)
{
    Points<T> points(labelled.size() / T);
    for (std::size_t i = 0; i < labelled.size(); ++i) points[i / T][i % T] = -labelled[i];
    const auto front = pareto_front(std::move(points));
    Point<T> reference;
    reference.fill(least_reference);
    for (const auto& p : front) {
        for (std::size_t t = 0; t < T; ++t) reference[t] = std::max(reference[t], p[t] + reference_margin);
    }
    Gain<T> gain{undominated_boxes(front, reference), reference};
    for (double& c : gain.clip) c -= clip_margin;
    return gain;
}

/// The Cholesky factor of diag(deviation) correlation diag(deviation) + jitter. \return  false if there is none
template <std::size_t T>
bool factorise(const double* deviation, std::span<const double> correlation, Matrix<T>& factor)
{
    for (std::size_t i = 0; i < T; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double rest = deviation[i] * correlation[i * T + j] * deviation[j] + (i == j ? jitter : 0.0);
            for (std::size_t k = 0; k < j; ++k) rest -= factor[i][k] * factor[j][k];
            if (i == j && !(rest > 0)) return false;
            factor[i][j] = i == j ? std::sqrt(rest) : rest / factor[j][j];
        }
    }
    return true;
}

template <std::size_t T>
void sample(const double* mean, const Matrix<T>& factor, const Samples<T>& draws, std::span<const std::optional<double>> centre, const Point<T>& clip,
            Samples<T>& z)
{
    for (std::size_t t = 0; t < T; ++t) {
        z[t].fill(-mean[t]);
        for (std::size_t k = 0; k <= t; ++k) {
            for (std::size_t j = 0; j < improvement_samples; ++j) z[t][j] += factor[t][k] * draws[k][j];
        }
        if (centre[t]) {
            for (double& value : z[t]) value = std::abs(value + *centre[t]);
        }
        for (double& value : z[t]) value = std::min(value, clip[t]);
    }
}

/// Adds the part of one box that each sample dominates.
template <std::size_t T>
void add_box(const Boxes<T>& boxes, std::size_t box, const Samples<T>& z, std::array<double, improvement_samples>& improvement)
{
    Point<T> lower, upper;
    for (std::size_t t = 0; t < T; ++t) {
        lower[t] = boxes.lower[t][box];
        upper[t] = boxes.upper[t][box];
    }
    for (std::size_t j = 0; j < improvement_samples; ++j) {
        double volume = 1;
        for (std::size_t t = 0; t < T; ++t) volume *= std::max(0.0, upper[t] - std::max(lower[t], z[t][j]));
        improvement[j] += volume;
    }
}

template <std::size_t T>
double optimistic_mean(const Gain<T>& gain, const Samples<T>& z, double kappa)
{
    Point<T> best;
    for (std::size_t t = 0; t < T; ++t) best[t] = *std::min_element(z[t].begin(), z[t].end());
    std::array<double, improvement_samples> improvement{};
    for (std::size_t box = 0; box < gain.boxes.count(); ++box) {
        bool reached = true;
        for (std::size_t t = 0; t < T; ++t) reached = reached && best[t] < gain.boxes.upper[t][box];
        if (reached) add_box(gain.boxes, box, z, improvement);
    }
    double mean = 0, variance = 0;
    for (const double i : improvement) mean += i;
    mean /= improvement_samples;
    for (const double i : improvement) variance += (i - mean) * (i - mean);
    return mean + kappa * std::sqrt(variance / improvement_samples);
}

template <std::size_t T>
std::vector<double> evaluate(const FamilyScreen& family, std::span<const double> labelled, std::span<const std::optional<double>> centre,
                             std::span<const double> flat_draws, double kappa)
{
    using Rows = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>>;
    const auto gain = gain_over<T>(labelled);
    Samples<T> draws;
    for (std::size_t t = 0; t < T; ++t) std::copy_n(flat_draws.data() + t * improvement_samples, improvement_samples, draws[t].begin());
    // Weights that scale every coordinate scale a volume by their product.
    double scale = 1;
    for (const double weight : family.reliability) scale *= weight;
    const std::size_t rows = family.mean.size() / T;
    std::vector<double> value(rows, 0.0);
    Kokkos::parallel_for("fusion/ehvi", Rows(0, rows), [&](std::size_t row) {
        Matrix<T> factor;
        if (!factorise<T>(family.deviation.data() + row * T, family.correlation, factor)) return;
        Samples<T> z;
        sample(family.mean.data() + row * T, factor, draws, centre, gain.clip, z);
        value[row] = scale * optimistic_mean(gain, z, kappa);
    });
    return value;
}

}  // namespace

std::vector<double> improvement_draws(std::uint64_t seed, std::uint32_t iteration, std::uint64_t family, std::size_t targets)
{
    RandomStream random(seed, Purpose::hypervolume, iteration, family);
    std::vector<double> draws(targets * improvement_samples);
    for (double& draw : draws) draw = random.normal();
    return draws;
}

std::vector<double> expected_hypervolume_improvement(const FamilyScreen& family, std::span<const double> labelled,
                                                     std::span<const std::optional<double>> centre, std::span<const double> draws, double kappa)
{
    return with_targets(centre.size(), [&](auto targets) { return evaluate<targets>(family, labelled, centre, draws, kappa); });
}

}  // namespace sluice::fusion
