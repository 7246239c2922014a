#include "acquisition/mi_lb.hpp"

#include "base/elementary.hpp"
#include "base/wide_vectors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

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

/// The ring: behind the components of a row the first ones come again.
void close_ring(const EnsembleMixture& mixture, double* row)
{
    const auto count = mixture.count, padded = mixture.padded;
    if (count < lanes) {
        for (std::size_t i = count; i < padded; ++i) row[i] = row[i - count];
        return;
    }
#pragma GCC ivdep
    for (std::size_t i = count; i < padded; ++i) row[i] = row[i - count];
}

/// Adds the logarithms of products to sums, and begins the products anew.
void add_logarithms(std::size_t count, double* __restrict sum, double* __restrict product)
{
    for (std::size_t i = 0; i < count; ++i) {
        sum[i] += elementary::log(product[i]);
        product[i] = 1;
    }
}

/// Half the logarithms of the densities N(mean_i; mean_i, 2 variance_i), without their constants in pi.
void fill_half(EnsembleMixture& mixture)
{
    const auto whole = mixture.whole;
    double *__restrict half = mixture.half.data(), *__restrict product = mixture.overlaps.data();
    std::fill_n(half, whole, 0.0);
    std::fill_n(product, whole, 1.0);
    for (std::size_t d = 0; d < mixture.padded_targets; ++d) {
        const double* __restrict variance = mixture.variance.data() + d * mixture.padded;
        for (std::size_t i = 0; i < whole; ++i) product[i] *= 2 * variance[i];
        if ((d + 1) % most_product == 0) add_logarithms(whole, half, product);
    }
    add_logarithms(whole, half, product);
    for (std::size_t i = 0; i < whole; ++i) half[i] *= -0.25;
    close_ring(mixture, half);
}

/// numerator / denominator
struct Quotient {
    double numerator, denominator;
};

/// Of a pair: the sum of difference^2 / spread over four targets, where spread is the sum of two variances. The denominator is the product of the spreads.
inline Quotient of_quad(const double* mi, const double* vi, const double* mj, const double* vj, std::size_t stride)
{
    const double s0 = vi[0] + vj[0], s1 = vi[stride] + vj[stride], s2 = vi[2 * stride] + vj[2 * stride], s3 = vi[3 * stride] + vj[3 * stride];
    const double d0 = mi[0] - mj[0], d1 = mi[stride] - mj[stride], d2 = mi[2 * stride] - mj[2 * stride], d3 = mi[3 * stride] - mj[3 * stride];
    const double s01 = s0 * s1, s23 = s2 * s3;
    return {(d0 * d0 * s1 + d1 * d1 * s0) * s23 + (d2 * d2 * s3 + d3 * d3 * s2) * s01, s01 * s23};
}

/// The sum of two quotients.
inline Quotient sum_of(Quotient a, Quotient b)
{
    return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
}

/// For all i and j = i + shift: adds the sum of difference^2 / spread over some quads of targets to `square`, multiplies `product` by the spreads.
/// One division for all targets: it costs as much as ten products.
template <std::size_t quads>
void add_targets(std::size_t whole, std::size_t stride, std::size_t shift, const double* __restrict mean, const double* __restrict variance, double* __restrict square,
                 double* __restrict product)
{
    const double *mean_j = mean + shift, *variance_j = variance + shift;
    const auto of = [&](std::size_t at) { return of_quad(mean + at, variance + at, mean_j + at, variance_j + at, stride); };
#pragma GCC ivdep
    for (std::size_t i = 0; i < whole; ++i) {
        auto q = of(i);
        if constexpr (quads == 2) q = sum_of(q, of(i + quad * stride));
        square[i] += q.numerator / q.denominator;
        product[i] *= q.denominator;
    }
}

/// Logarithms of the densities N(mean_i; mean_j, variance_i + variance_j), times -2 and without their constants in pi, into the rows of `overlap`.
void fill_densities(EnsembleMixture& mixture)
{
    const auto whole = mixture.whole, stride = mixture.padded;
    std::fill(mixture.product.begin(), mixture.product.end(), 1.0);
    for (std::size_t shift = 1; shift <= mixture.shifts; ++shift) {
        double* square = mixture.overlap.data() + (shift - 1) * (mixture.margin + whole) + mixture.margin;
        double* product = mixture.product.data() + (shift - 1) * whole;
        std::fill_n(square, whole, 0.0);
        std::size_t multiplied = 0;
        for (std::size_t d = 0; d < mixture.padded_targets;) {
            const double *mean = mixture.mean.data() + d * stride, *variance = mixture.variance.data() + d * stride;
            const auto some = std::min(2 * quad, mixture.padded_targets - d);
            if (multiplied + some > most_product) {
                add_logarithms(whole, square, product);
                multiplied = 0;
            }
            if (some == quad) add_targets<1>(whole, stride, shift, mean, variance, square, product);
            else add_targets<2>(whole, stride, shift, mean, variance, square, product);
            d += some;
            multiplied += some;
        }
    }
    for (std::size_t s = 0; s < mixture.shifts; ++s) {
        add_logarithms(whole, mixture.overlap.data() + s * (mixture.margin + whole) + mixture.margin, mixture.product.data() + s * whole);
    }
}

/// The overlaps of all pairs, -infinity where a lane has none. \return  the largest
double fill_overlaps(EnsembleMixture& mixture)
{
    fill_densities(mixture);
    const auto whole = mixture.whole;
    double* __restrict largest = mixture.overlaps.data();
    std::fill_n(largest, whole, -infinity);
    for (std::size_t shift = 1; shift <= mixture.shifts; ++shift) {
        double* __restrict overlap = mixture.overlap.data() + (shift - 1) * (mixture.margin + whole) + mixture.margin;
        const double *half = mixture.half.data(), *half_j = half + shift;
        for (std::size_t i = 0; i < whole; ++i) overlap[i] = -0.5 * overlap[i] - half[i] - half_j[i];
        const auto pairs = 2 * shift == mixture.count ? shift : mixture.count;  // half a ring away, each pair would come twice
        std::fill(overlap + pairs, overlap + whole, -infinity);
        for (std::size_t i = 0; i < whole; ++i) largest[i] = overlap[i] > largest[i] ? overlap[i] : largest[i];
    }
    return *std::max_element(largest, largest + whole);
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
    const auto whole = mixture.whole, stride = mixture.margin + whole;
    double* const rows = mixture.overlap.data() + mixture.margin;
    for (std::size_t s = 0; s < mixture.shifts; ++s) {
        double* __restrict row = rows + s * stride;
        for (std::size_t i = 0; i < whole; ++i) row[i] = elementary::exp(row[i] - largest);
    }
    // The pairs whose j has come round the ring, in the margin.
    for (std::size_t s = 0; s < mixture.shifts; ++s) std::copy_n(rows + s * stride + mixture.count - (s + 1), s + 1, rows + s * stride - (s + 1));
    std::fill(mixture.overlaps.begin(), mixture.overlaps.end(), 0.0);
    for (std::size_t shift = 1; shift <= mixture.shifts; ++shift) {
        const double *__restrict row = rows + (shift - 1) * stride, *__restrict weight = mixture.weight.data() + mixture.margin;
        double* __restrict sums = mixture.overlaps.data();
        for (std::size_t i = 0; i < whole; ++i) sums[i] += row[i] * weight[i + shift] + (row - shift)[i] * (weight - shift)[i];
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
      whole(padded_to(count, lanes)),
      shifts(count / 2),
      margin(padded_to(shifts, lanes)),
      padded(whole + margin),
      padded_targets(padded_to(targets, quad)),
      log_members(std::log(static_cast<double>(members))),
      log_beta(whole, -infinity),
      mean(padded_targets * padded, 0.0),
      variance(padded_targets * padded, 0.5),  // padding: the sum of two is 1
      half(padded, 0.0),
      product(shifts * whole, 1.0),
      overlap(shifts * (margin + whole), -infinity),
      weight(margin + padded, 0.0),
      overlaps(whole, 0.0)
{
}

void EnsembleMixture::set_member(std::size_t member, const float* logits, const float* means, const float* variances, const double* floors)
{
    const double largest = static_cast<double>(*std::max_element(logits, logits + components));
    for (std::size_t k = 0; k < components; ++k) {
        const std::size_t i = member * components + k;
        log_beta[i] = static_cast<double>(logits[k]) - largest;
        for (std::size_t d = 0; d < targets; ++d) {
            mean[d * padded + i] = static_cast<double>(means[k * targets + d]);
            variance[d * padded + i] = std::max(static_cast<double>(variances[k * targets + d]), floors[d]);
        }
    }
}

namespace {

inline void weigh(EnsembleMixture& mixture)
{
    double *__restrict exponential = mixture.overlaps.data(), *__restrict log_beta = mixture.log_beta.data(), *__restrict total = mixture.weight.data();
    for (std::size_t i = 0; i < mixture.whole; ++i) exponential[i] = elementary::exp(log_beta[i]);
    std::fill_n(total, mixture.whole, 1.0);
    for (std::size_t m = 0; m < mixture.members; ++m) {
        const double* own = exponential + m * mixture.components;
        total[m] = std::accumulate(own, own + mixture.components, 0.0);
    }
    for (std::size_t m = 0; m < padded_to(mixture.members, lanes); ++m) total[m] = elementary::log(total[m]) + mixture.log_members;
    for (std::size_t m = 0, i = 0; m < mixture.members; ++m) {
        for (std::size_t k = 0; k < mixture.components; ++k) log_beta[i++] -= total[m];
    }
}

SLUICE_WIDE_VECTORS void weigh_wide(EnsembleMixture& mixture)
{
    weigh(mixture);
}

}  // namespace

void EnsembleMixture::weigh_members()
{
    (has_wide_vectors() ? weigh_wide : weigh)(*this);
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
    for (std::size_t d = 0; d < mixture.targets; ++d) {
        close_ring(mixture, mixture.mean.data() + d * mixture.padded);
        close_ring(mixture, mixture.variance.data() + d * mixture.padded);
    }
    fill_half(mixture);
    const double largest = fill_overlaps(mixture);
    double scale = -infinity;
    for (std::size_t i = 0; i < mixture.count; ++i) scale = std::max(scale, mixture.log_beta[i] + mixture.half[i]);
    double* const weight = mixture.weight.data() + mixture.margin;
    for (std::size_t i = 0; i < mixture.whole; ++i) weight[i] = elementary::exp(mixture.log_beta[i] + mixture.half[i] - scale);
    close_ring(mixture, weight);
    std::copy_n(weight + mixture.count - mixture.shifts, mixture.shifts, weight - mixture.shifts);
    sum_overlaps(mixture, largest);

    constexpr double far = -600;  // no r_i beside a beta_i of any size can then be told from log(1 + r_i)
    const double common = largest < far ? 1 : elementary::exp(largest);
    Lanes delta{};
    for (std::size_t first = 0; first < mixture.whole; first += lanes) {
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
    const auto log_members = static_cast<float>(mixture.log_members);
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
