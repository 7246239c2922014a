#include "acquisition/mi_lb.hpp"

#include "base/elementary.hpp"

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

/// Logarithms of the densities N(mean_i; mean_j, variance_i + variance_j) without their constants in pi, for one i and some j.
Lanes log_densities(const EnsembleMixture& mixture, std::size_t i, std::size_t first)
{
    Lanes square{}, logs{}, product;
    product.fill(1);
    for (std::size_t d = 0; d < mixture.padded_targets; d += quad) {
        const double* mean = mixture.mean.data() + d * mixture.padded;
        const double* variance = mixture.variance.data() + d * mixture.padded;
        const auto stride = mixture.padded;
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
        if ((d + quad) % most_product == 0 && d + quad < mixture.padded_targets) {
            for (std::size_t l = 0; l < lanes; ++l) {
                logs[l] += elementary::log(product[l]);
                product[l] = 1;
            }
        }
    }
    for (std::size_t l = 0; l < lanes; ++l) square[l] = -0.5 * (square[l] + (logs[l] + elementary::log(product[l])));
    return square;
}

/// log of the sum of the exponentials.
double log_sum_exp(const double* values, std::size_t count)
{
    double largest = -infinity;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, values[i]);
    if (largest == -infinity) return largest;
    Lanes sums{};
    for (std::size_t i = 0; i < count; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) sums[l] += elementary::exp(values[i + l] - largest);
    }
    for (std::size_t width = lanes / 2; width > 0; width /= 2) {
        for (std::size_t l = 0; l < width; ++l) sums[l] += sums[l + width];
    }
    return largest + elementary::log(sums[0]);
}

/// log log(1 + r) from log r.
double log_log1p(double log_r)
{
    return log_r < -30 ? log_r : log_r > 30 ? std::log(log_r) : std::log(std::log1p(std::exp(log_r)));
}

/// The pairs' logarithms: pair[i, j] = log(beta_j N_ij), and -infinity where i = j or one of them is padding.
void fill_pairs(EnsembleMixture& mixture)
{
    const auto padded = mixture.padded;
    for (std::size_t i = 0; i < mixture.count; ++i) {
        for (std::size_t first = i / lanes * lanes; first < padded; first += lanes) {
            const auto density = log_densities(mixture, i, first);
            for (std::size_t l = 0; l < lanes; ++l) {
                const std::size_t j = first + l;
                if (j == i) mixture.self[i] = density[l];
                mixture.pair[i * padded + j] = density[l] + mixture.log_beta[j];
                mixture.pair[j * padded + i] = density[l] + mixture.log_beta[i];
            }
        }
    }
    for (std::size_t i = 0; i < mixture.count; ++i) mixture.pair[i * padded + i] = -infinity;
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
      self(padded, 0.0),
      pair(padded * padded, -infinity),
      terms(padded, -infinity)
{
}

void EnsembleMixture::set_member(std::size_t member, const float* logits, const float* means, const float* variances, const double* floors)
{
    double largest = -infinity, total = 0;
    for (std::size_t k = 0; k < components; ++k) largest = std::max(largest, static_cast<double>(logits[k]));
    for (std::size_t k = 0; k < components; ++k) total += std::exp(static_cast<double>(logits[k]) - largest);
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

double mi_lb_log_delta(EnsembleMixture& mixture)
{
    fill_pairs(mixture);
    for (std::size_t i = 0; i < mixture.count; ++i) {
        // beta_i may be 0: its part is then beta_i log((beta_i N_ii + rest) / (beta_i N_ii)) -> 0.
        if (mixture.log_beta[i] < -700) {
            mixture.terms[i] = -infinity;
            continue;
        }
        const double log_r = log_sum_exp(mixture.pair.data() + i * mixture.padded, mixture.padded) - mixture.self[i] - mixture.log_beta[i];
        mixture.terms[i] = mixture.log_beta[i] + log_log1p(log_r);
    }
    return log_sum_exp(mixture.terms.data(), mixture.padded);
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
