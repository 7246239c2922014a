#include "acquisition/mi_lb.hpp"

#include "base/elementary.hpp"
#include "base/wide_vectors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace sluice::acquisition {

namespace {

constexpr std::size_t lanes = 8;
constexpr std::size_t quad = 4;        // targets that share a division
constexpr std::size_t most_product = 20;  // targets whose variances are multiplied before a logarithm is taken: 1e-15 to 1e15 each stays within a double
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t padded_to(std::size_t count, std::size_t multiple)
{
    return (count + multiple - 1) / multiple * multiple;
}

using Lanes = std::array<double, lanes>;

/// Half the logarithms of the densities N(mean_i; mean_i, 2 variance_i), without their constants in pi.
void fill_half(EnsembleMixture& mixture)
{
    for (std::size_t first = 0; first < mixture.padded; first += lanes) {
        Lanes logs{}, product;
        product.fill(1);
        for (std::size_t d = 0; d < mixture.padded_targets; ++d) {
            const double* variance = mixture.variance.data() + d * mixture.padded + first;
            for (std::size_t l = 0; l < lanes; ++l) product[l] *= 2 * variance[l];
            if ((d + 1) % most_product != 0) continue;
            for (std::size_t l = 0; l < lanes; ++l) {
                logs[l] += elementary::log(product[l]);
                product[l] = 1;
            }
        }
        for (std::size_t l = 0; l < lanes; ++l) mixture.half[first + l] = -0.25 * (logs[l] + elementary::log(product[l]));
    }
}

/// Logarithms of the densities N(mean_i; mean_j, variance_i + variance_j), without their constants in pi, for one i and some j.
Lanes log_densities(const EnsembleMixture& mixture, std::size_t i, std::size_t first)
{
    Lanes square{}, logs{}, product;
    product.fill(1);
    const auto stride = mixture.padded;
    for (std::size_t d = 0; d < mixture.padded_targets; d += quad) {
        const double* mean = mixture.mean.data() + d * stride;
        const double* variance = mixture.variance.data() + d * stride;
        const double m0 = mean[i], m1 = mean[stride + i], m2 = mean[2 * stride + i], m3 = mean[3 * stride + i];
        const double v0 = variance[i], v1 = variance[stride + i], v2 = variance[2 * stride + i], v3 = variance[3 * stride + i];
        for (std::size_t l = 0; l < lanes; ++l) {
            const std::size_t j = first + l;
            const double s0 = v0 + variance[j], s1 = v1 + variance[stride + j], s2 = v2 + variance[2 * stride + j], s3 = v3 + variance[3 * stride + j];
            const double d0 = m0 - mean[j], d1 = m1 - mean[stride + j], d2 = m2 - mean[2 * stride + j], d3 = m3 - mean[3 * stride + j];
            // Four quotients over one denominator: a division costs as much as ten products.
            const double s01 = s0 * s1, s23 = s2 * s3;
            const double n01 = d0 * d0 * s1 + d1 * d1 * s0, n23 = d2 * d2 * s3 + d3 * d3 * s2;
            const double s = s01 * s23;
            square[l] += (n01 * s23 + n23 * s01) / s;
            product[l] *= s;
        }
        if ((d + quad) % most_product != 0) continue;
        for (std::size_t l = 0; l < lanes; ++l) {
            logs[l] += elementary::log(product[l]);
            product[l] = 1;
        }
    }
    for (std::size_t l = 0; l < lanes; ++l) square[l] = -0.5 * (square[l] + (logs[l] + elementary::log(product[l])));
    return square;
}

/// The overlaps of all pairs i < j; -infinity elsewhere. \return  the largest
double fill_overlaps(EnsembleMixture& mixture)
{
    Lanes largest;
    largest.fill(-infinity);
    for (std::size_t i = 0; i < mixture.count; ++i) {
        double* overlap = mixture.overlap.data() + i * mixture.padded;
        for (std::size_t first = i / lanes * lanes; first < mixture.padded; first += lanes) {
            const auto density = log_densities(mixture, i, first);
            for (std::size_t l = 0; l < lanes; ++l) overlap[first + l] = density[l] - mixture.half[i] - mixture.half[first + l];
        }
        for (std::size_t j = i / lanes * lanes; j <= i; ++j) overlap[j] = -infinity;
        for (std::size_t j = mixture.count; j < mixture.padded; ++j) overlap[j] = -infinity;
        for (std::size_t first = i / lanes * lanes; first < mixture.padded; first += lanes) {
            for (std::size_t l = 0; l < lanes; ++l) largest[l] = overlap[first + l] > largest[l] ? overlap[first + l] : largest[l];
        }
    }
    return *std::max_element(largest.begin(), largest.end());
}

double sum_of(Lanes values)
{
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) values[l] += values[l + width];
    }
    return values[0];
}

/// overlaps[i] = sum over j of weight[j] exp(overlap[i, j] - largest), each pair's exponential taken once.
void sum_overlaps(EnsembleMixture& mixture, double largest)
{
    std::fill(mixture.overlaps.begin(), mixture.overlaps.end(), 0.0);
    for (std::size_t i = 0; i < mixture.count; ++i) {
        const double* overlap = mixture.overlap.data() + i * mixture.padded;
        const double own = mixture.weight[i];
        Lanes sums{};
        for (std::size_t first = i / lanes * lanes; first < mixture.padded; first += lanes) {
            double* others = mixture.overlaps.data() + first;
            const double* weight = mixture.weight.data() + first;
            for (std::size_t l = 0; l < lanes; ++l) {
                const double e = elementary::exp(overlap[first + l] - largest);
                sums[l] += e * weight[l];
                others[l] += e * own;
            }
        }
        mixture.overlaps[i] += sum_of(sums);
    }
}

/// log(1 + r), r >= 0, by Kahan's form.
double log1p(double r)
{
    const double w = 1 + r;
    return w == 1 ? r : elementary::log(w) * (r / (w - 1));
}

}  // namespace

EnsembleMixture::EnsembleMixture(std::size_t members_, std::size_t components_, std::size_t targets_)
    : members(members_),
      components(components_),
      targets(targets_),
      count(members * components),
      padded(padded_to(count, lanes)),
      padded_targets(padded_to(targets, quad)),
      log_beta(padded, -infinity),
      mean(padded_targets * padded, 0.0),
      variance(padded_targets * padded, 0.5),  // padding: the sum of two is 1
      half(padded, 0.0),
      overlap(padded * padded, -infinity),
      weight(padded, 0.0),
      overlaps(padded, 0.0)
{
}

void EnsembleMixture::set_member(std::size_t member, const float* logits, const float* means, const float* variances, const double* floors)
{
    double largest = -infinity, total = 0;
    for (std::size_t k = 0; k < components; ++k) largest = std::max(largest, static_cast<double>(logits[k]));
    for (std::size_t k = 0; k < components; ++k) total += elementary::exp(static_cast<double>(logits[k]) - largest);
    const double shift = largest + std::log(total) + std::log(static_cast<double>(members));
    for (std::size_t k = 0; k < components; ++k) {
        const std::size_t i = member * components + k;
        log_beta[i] = static_cast<double>(logits[k]) - shift;
        for (std::size_t d = 0; d < targets; ++d) {
            mean[d * padded + i] = static_cast<double>(means[k * targets + d]);
            variance[d * padded + i] = std::max(static_cast<double>(variances[k * targets + d]), floors[d]);
        }
    }
}

double mi_lb_bound(std::size_t members, std::size_t targets)
{
    return std::log(static_cast<double>(members)) - 0.5 * static_cast<double>(targets) * (1 - std::numbers::ln2);
}

namespace {

inline double log_delta(EnsembleMixture& mixture)
{
    // r_i = sum over j != i of beta_j N_ij / (beta_i N_ii). With o_ij = N_ij / sqrt(N_ii N_jj), which is the same for i and j, and w_j = beta_j sqrt(N_jj):
    // beta_i r_i = sum over j of o_ij w_j / sqrt(N_ii). All are taken relative to the largest overlap: what underflows then counts for nothing.
    fill_half(mixture);
    const double largest = fill_overlaps(mixture);
    double scale = -infinity;
    for (std::size_t i = 0; i < mixture.count; ++i) scale = std::max(scale, mixture.log_beta[i] + mixture.half[i]);
    for (std::size_t i = 0; i < mixture.padded; ++i) mixture.weight[i] = elementary::exp(mixture.log_beta[i] + mixture.half[i] - scale);
    sum_overlaps(mixture, largest);

    constexpr double far = -600;  // no r_i beside a beta_i of any size can then be told from log(1 + r_i)
    const double common = largest < far ? 1 : elementary::exp(largest);
    Lanes delta{};
    for (std::size_t first = 0; first < mixture.padded; first += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            const double beta = elementary::exp(mixture.log_beta[first + l]);
            const double share = common * mixture.overlaps[first + l] * elementary::exp(scale - mixture.half[first + l]);  // beta_i r_i
            // beta_i -> 0 contributes beta_i log(1 + share / beta_i) -> 0, and so does padding.
            constexpr double least = 1e-290, most = 1e300;
            const double ratio = share / (beta > least ? beta : 1);
            const double exact = beta * log1p(ratio < most ? ratio : most);
            delta[l] += beta > least ? (largest < far ? share : exact) : 0;
        }
    }
    return elementary::log(sum_of(delta)) + (largest < far ? largest : 0);
}

SLUICE_WIDE_VECTORS double log_delta_wide(EnsembleMixture& mixture)
{
    return log_delta(mixture);
}

}  // namespace

double mi_lb_log_delta(EnsembleMixture& mixture)
{
    return has_wide_vectors() ? log_delta_wide(mixture) : log_delta(mixture);
}

float mi_lb_two_term(const EnsembleMixture& mixture)
{
    const auto log_two_pi = static_cast<float>(std::log(2 * std::numbers::pi));
    const auto log_members = static_cast<float>(std::log(static_cast<double>(mixture.members)));
    float lower = 0, upper = 0;
    std::vector<float> inner(mixture.count);
    for (std::size_t i = 0; i < mixture.count; ++i) {
        const auto log_beta = static_cast<float>(mixture.log_beta[i]);
        const float beta = std::exp(log_beta);
        float largest = -std::numeric_limits<float>::infinity();
        for (std::size_t j = 0; j < mixture.count; ++j) {
            float sum = 0;
            for (std::size_t d = 0; d < mixture.targets; ++d) {
                const auto a = d * mixture.padded + i, b = d * mixture.padded + j;
                const float spread = static_cast<float>(mixture.variance[a]) + static_cast<float>(mixture.variance[b]);
                const float difference = static_cast<float>(mixture.mean[a]) - static_cast<float>(mixture.mean[b]);
                sum += log_two_pi + std::log(spread) + difference * difference / spread;
            }
            inner[j] = static_cast<float>(mixture.log_beta[j]) - 0.5F * sum;
            largest = std::max(largest, inner[j]);
        }
        float total = 0, logs = 0;
        for (const float value : inner) total += std::exp(value - largest);
        lower -= beta * (largest + std::log(total));
        for (std::size_t d = 0; d < mixture.targets; ++d) logs += std::log(static_cast<float>(mixture.variance[d * mixture.padded + i]));
        // beta = weight / members: the mean over members of their entropies' upper bounds.
        upper += beta * (-(log_beta + log_members) + 0.5F * static_cast<float>(mixture.targets) * (log_two_pi + 1) + 0.5F * logs);
    }
    return lower - upper;
}

}  // namespace sluice::acquisition
