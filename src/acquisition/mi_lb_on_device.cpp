#include "acquisition/mi_lb_on_device.hpp"

namespace sluice::acquisition {

namespace {

using Rows = Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>;

constexpr std::int64_t most_product = 20;  // targets whose variances are multiplied before a logarithm is taken, as on the host
constexpr double least_log_beta = -667;    // of 1e-290: a component of less counts for nothing

/// Where the numbers of a component of a row lie.
struct Layout {
    std::int64_t members, components, targets, rows;

    KOKKOS_INLINE_FUNCTION std::int64_t count() const { return members * components; }
    KOKKOS_INLINE_FUNCTION std::int64_t head(std::int64_t member, std::int64_t row) const { return (member * rows + row) * components * (1 + 2 * targets); }
    KOKKOS_INLINE_FUNCTION std::int64_t mean(std::int64_t i, std::int64_t row) const { return head(i / components, row) + components + i % components * targets; }
    KOKKOS_INLINE_FUNCTION std::int64_t variance(std::int64_t i, std::int64_t row) const { return mean(i, row) + components * targets; }
};

/// A sum of exponentials that grows term by term, relative to its largest.
struct LogSum {
    double largest = -Kokkos::Experimental::infinity_v<double>;
    double sum = 0;

    KOKKOS_INLINE_FUNCTION void add(double term)
    {
        if (term <= largest) {
            if (term > -Kokkos::Experimental::infinity_v<double>) sum += Kokkos::exp(term - largest);
        } else {
            sum = sum * Kokkos::exp(largest - term) + 1;
            largest = term;
        }
    }
    KOKKOS_INLINE_FUNCTION double value() const { return largest + Kokkos::log(sum); }
};

/// Logarithm of the density N(mean_i; mean_j, variance_i + variance_j) without its constant in pi.
KOKKOS_INLINE_FUNCTION double log_density(const float* heads, const double* floors, const Layout& at, std::int64_t row, std::int64_t i, std::int64_t j)
{
    const float *mean_i = heads + at.mean(i, row), *mean_j = heads + at.mean(j, row);
    const float *variance_i = heads + at.variance(i, row), *variance_j = heads + at.variance(j, row);
    double sum = 0, product = 1;
    for (std::int64_t d = 0; d < at.targets; ++d) {
        const double floor = floors[d], vi = static_cast<double>(variance_i[d]), vj = static_cast<double>(variance_j[d]);
        const double spread = (vi < floor ? floor : vi) + (vj < floor ? floor : vj);
        const double difference = static_cast<double>(mean_i[d]) - static_cast<double>(mean_j[d]);
        sum += difference * difference / spread;
        product *= spread;
        if ((d + 1) % most_product == 0) {
            sum += Kokkos::log(product);
            product = 1;
        }
    }
    return -0.5 * (sum + Kokkos::log(product));
}

/// log(log(1 + e^x))
KOKKOS_INLINE_FUNCTION double log_log1p_exp(double x)
{
    constexpr double small = -37;  // log(1 + r) is r
    if (x < small) return x;
    return Kokkos::log(x > 0 ? x + Kokkos::log1p(Kokkos::exp(-x)) : Kokkos::log1p(Kokkos::exp(x)));
}

}  // namespace

MiLbOnDevice::MiLbOnDevice(std::int64_t members, std::int64_t components, std::span<const double> floors)
    : members_(members), components_(components), floors_(parallel::to_device("acquisition/floors", floors)), log_beta_("acquisition/log_beta", 0), terms_("acquisition/terms", 0)
{
}

void MiLbOnDevice::operator()(const float* heads, std::int64_t rows, double* log_delta)
{
    const Layout at{members_, components_, static_cast<std::int64_t>(floors_.size()), rows};
    double* const log_beta = parallel::room_for(log_beta_, static_cast<std::size_t>(rows * at.count()));
    double* const terms = parallel::room_for(terms_, static_cast<std::size_t>(rows * at.count()));
    const double* const floors = floors_.data();
    const double log_members = std::log(static_cast<double>(members_));
    Kokkos::parallel_for(
        "acquisition/weights", Rows(0, rows * at.members), KOKKOS_LAMBDA(const std::int64_t index) {
            const auto row = index / at.members, member = index % at.members;
            const float* logits = heads + at.head(member, row);
            double* const own = log_beta + row * at.count() + member * at.components;
            LogSum total;
            for (std::int64_t k = 0; k < at.components; ++k) total.add(static_cast<double>(logits[k]));
            for (std::int64_t k = 0; k < at.components; ++k) own[k] = static_cast<double>(logits[k]) - total.value() - log_members;
        });
    // A thread per component: the logarithm of beta_i log(1 + r_i), where r_i = sum over j != i of beta_j N_ij / (beta_i N_ii).
    Kokkos::parallel_for(
        "acquisition/mi_lb", Rows(0, rows * at.count()), KOKKOS_LAMBDA(const std::int64_t index) {
            const auto row = index / at.count(), i = index % at.count();
            const double* beta = log_beta + row * at.count();
            LogSum others;
            for (std::int64_t j = 0; j < at.count(); ++j) {
                if (j != i) others.add(beta[j] + log_density(heads, floors, at, row, i, j));
            }
            const double log_ratio = others.value() - beta[i] - log_density(heads, floors, at, row, i, i);
            terms[index] = beta[i] > least_log_beta ? beta[i] + log_log1p_exp(log_ratio) : -Kokkos::Experimental::infinity_v<double>;
        });
    Kokkos::parallel_for(
        "acquisition/log_delta", Rows(0, rows), KOKKOS_LAMBDA(const std::int64_t row) {
            LogSum delta;
            for (std::int64_t i = 0; i < at.count(); ++i) delta.add(terms[row * at.count() + i]);
            log_delta[row] = delta.value();
        });
}

}  // namespace sluice::acquisition
