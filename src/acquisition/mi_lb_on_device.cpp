#include "acquisition/mi_lb_on_device.hpp"

namespace sluice::acquisition {

namespace {

using Rows = Kokkos::RangePolicy<Kokkos::DefaultExecutionSpace>;

constexpr int quad = 4;                  // targets that share a division: it costs as much as ten products
constexpr int most_quads = 5;            // whose variances are multiplied before a logarithm is taken, as on the host
constexpr double least_log_beta = -667;  // of 1e-290: a component of less counts for nothing

/// Where the heads of a row lie. Whole numbers are short: long ones take a device several times as long to divide.
struct Layout {
    int members, components, targets;
    std::int64_t rows;

    KOKKOS_INLINE_FUNCTION int count() const { return members * components; }
    KOKKOS_INLINE_FUNCTION std::int64_t head(int member, std::int64_t row) const { return (member * rows + row) * components * (1 + 2 * targets); }
};

/// Means and variances [targets] of a component.
struct Component {
    const float* mean;
    const float* variance;
};

/// \param head  of a member: logits, means, variances
KOKKOS_INLINE_FUNCTION Component component_of(const float* head, const Layout& at, int k)
{
    const float* mean = head + at.components + k * at.targets;
    return {mean, mean + at.components * at.targets};
}

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
KOKKOS_INLINE_FUNCTION double log_density(const Component& i, const Component& j, const double* floors, int targets)
{
    double sum = 0, product = 1;
    int quads = 0;
    for (int first = 0; first < targets; first += quad) {
        double numerator = 0, denominator = 1;
        for (int d = first; d < first + quad && d < targets; ++d) {
            const double floor = floors[d], vi = static_cast<double>(i.variance[d]), vj = static_cast<double>(j.variance[d]);
            const double spread = (vi < floor ? floor : vi) + (vj < floor ? floor : vj);
            const double difference = static_cast<double>(i.mean[d]) - static_cast<double>(j.mean[d]);
            numerator = numerator * spread + difference * difference * denominator;
            denominator *= spread;
        }
        sum += numerator / denominator;
        product *= denominator;
        if (++quads == most_quads) {
            sum += Kokkos::log(product);
            product = 1;
            quads = 0;
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

MiLbOnDevice::MiLbOnDevice(int members, int components, std::span<const double> floors)
    : members_(members), components_(components), floors_(parallel::to_device("acquisition/floors", floors)), log_beta_("acquisition/log_beta", 0), terms_("acquisition/terms", 0)
{
}

void MiLbOnDevice::operator()(const float* heads, std::int64_t rows, double* log_delta)
{
    const Layout at{members_, components_, static_cast<int>(floors_.size()), rows};
    const int count = at.count();
    double* const log_beta = parallel::room_for(log_beta_, static_cast<std::size_t>(rows * count));
    double* const terms = parallel::room_for(terms_, static_cast<std::size_t>(rows * count));
    const double* const floors = floors_.data();
    const double log_members = std::log(static_cast<double>(members_));
    Kokkos::parallel_for(
        "acquisition/weights", Rows(0, rows * at.members), KOKKOS_LAMBDA(const std::int64_t index) {
            const auto row = index / at.members;
            const auto member = static_cast<int>(index - row * at.members);
            const float* logits = heads + at.head(member, row);
            double* const own = log_beta + row * count + member * at.components;
            LogSum total;
            for (int k = 0; k < at.components; ++k) total.add(static_cast<double>(logits[k]));
            for (int k = 0; k < at.components; ++k) own[k] = static_cast<double>(logits[k]) - total.value() - log_members;
        });
    // A thread per component: the logarithm of beta_i log(1 + r_i), where r_i = sum over j != i of beta_j N_ij / (beta_i N_ii).
    Kokkos::parallel_for(
        "acquisition/mi_lb", Rows(0, rows * count), KOKKOS_LAMBDA(const std::int64_t index) {
            const auto row = index / count;
            const auto i = static_cast<int>(index - row * count);
            const double* beta = log_beta + row * count;
            const auto own = component_of(heads + at.head(i / at.components, row), at, i % at.components);
            LogSum others;
            for (int member = 0, j = 0; member < at.members; ++member) {
                const float* head = heads + at.head(member, row);
                for (int k = 0; k < at.components; ++k, ++j) {
                    if (j != i) others.add(beta[j] + log_density(own, component_of(head, at, k), floors, at.targets));
                }
            }
            const double log_ratio = others.value() - beta[i] - log_density(own, own, floors, at.targets);
            terms[index] = beta[i] > least_log_beta ? beta[i] + log_log1p_exp(log_ratio) : -Kokkos::Experimental::infinity_v<double>;
        });
    Kokkos::parallel_for(
        "acquisition/log_delta", Rows(0, rows), KOKKOS_LAMBDA(const std::int64_t row) {
            LogSum delta;
            for (int i = 0; i < count; ++i) delta.add(terms[row * count + i]);
            log_delta[row] = delta.value();
        });
}

}  // namespace sluice::acquisition
