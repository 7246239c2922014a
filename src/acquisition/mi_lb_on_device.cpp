#include "acquisition/mi_lb_on_device.hpp"

namespace sluice::acquisition {

namespace {

using Space = Kokkos::DefaultExecutionSpace;
using Rows = Kokkos::RangePolicy<Space>;
using Teams = Kokkos::TeamPolicy<Space>;
using Scratch = Kokkos::View<double*, Space::scratch_memory_space, Kokkos::MemoryUnmanaged>;

constexpr int team_threads = Kokkos::SpaceAccessibility<Kokkos::HostSpace, Space::memory_space>::accessible ? 1 : 128;
constexpr std::size_t most_shared = 40960;  // bytes of the memory that the threads of a team share on their processor; beyond it they share the device's

constexpr int quad = 4;                  // targets that share a division: it costs as much as ten products
constexpr int most_quads = 5;            // whose variances are multiplied before a logarithm is taken, as on the host
constexpr double least_log_beta = -667;  // of 1e-290: a component of less counts for nothing

/// Where the heads of a row lie. Whole numbers are short: long ones take a device several times as long to divide.
struct Layout {
    int members, components, targets;
    std::int64_t rows;

    KOKKOS_INLINE_FUNCTION int count() const { return members * components; }
    /// The first logit of a member.
    KOKKOS_INLINE_FUNCTION std::int64_t head(int member, std::int64_t row) const { return (member * rows + row) * components * (1 + 2 * targets); }
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

/// Copies a component's means and variances to every `count`-th place of a row's moments [targets, 2, count].
KOKKOS_INLINE_FUNCTION void copy_moments(const float* mean, const float* variance, const double* floors, int targets, int count, double* moments)
{
    for (int d = 0; d < targets; ++d) {
        const auto v = static_cast<double>(variance[d]);
        moments[2 * d * count] = static_cast<double>(mean[d]);
        moments[(2 * d + 1) * count] = v < floors[d] ? floors[d] : v;
    }
}

/// Logarithm of the density N(mean_i; mean_j, variance_i + variance_j) without its constant in pi.
/// \param moments  [targets, 2, count] of a row
KOKKOS_INLINE_FUNCTION double log_density(const double* moments, int i, int j, int targets, int count)
{
    double sum = 0, product = 1;
    int quads = 0;
    for (int first = 0; first < targets; first += quad) {
        double numerator = 0, denominator = 1;
        for (int d = first; d < first + quad && d < targets; ++d) {
            const double *mean = moments + 2 * d * count, *variance = mean + count;
            const double spread = variance[i] + variance[j], difference = mean[i] - mean[j];
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
    // A thread per component: the logarithm of beta_i log(1 + r_i), where r_i = sum over j != i of beta_j N_ij / (beta_i N_ii). The threads of a team share
    // the moments of its rows, components side by side.
    const int rows_of_team = std::max(1, team_threads / count), moments_of_row = 2 * at.targets * count;
    const auto bytes = Scratch::shmem_size(static_cast<std::size_t>(rows_of_team * moments_of_row));
    const int level = bytes <= most_shared ? 0 : 1;
    Teams teams(static_cast<int>((rows + rows_of_team - 1) / rows_of_team), team_threads);
    teams.set_scratch_size(level, Kokkos::PerTeam(bytes));
    Kokkos::parallel_for(
        "acquisition/mi_lb", teams, KOKKOS_LAMBDA(const Teams::member_type& team) {
            const auto first = static_cast<std::int64_t>(team.league_rank()) * rows_of_team;
            const auto components = Kokkos::TeamThreadRange(team, static_cast<int>(rows - first < rows_of_team ? rows - first : rows_of_team) * count);
            const Scratch moments(team.team_scratch(level), static_cast<std::size_t>(rows_of_team * moments_of_row));
            Kokkos::parallel_for(components, [&](const int index) {
                const int row = index / count, i = index % count;
                const float* mean = heads + at.head(i / at.components, first + row) + at.components + i % at.components * at.targets;
                copy_moments(mean, mean + at.components * at.targets, floors, at.targets, count, moments.data() + row * moments_of_row + i);
            });
            team.team_barrier();
            Kokkos::parallel_for(components, [&](const int index) {
                const int row = index / count, i = index % count;
                const double *own = moments.data() + row * moments_of_row, *beta = log_beta + (first + row) * count;
                LogSum others;
                for (int j = 0; j < count; ++j) {
                    if (j != i) others.add(beta[j] + log_density(own, i, j, at.targets, count));
                }
                const double log_ratio = others.value() - beta[i] - log_density(own, i, i, at.targets, count);
                terms[first * count + index] = beta[i] > least_log_beta ? beta[i] + log_log1p_exp(log_ratio) : -Kokkos::Experimental::infinity_v<double>;
            });
        });
    Kokkos::parallel_for(
        "acquisition/log_delta", Rows(0, rows), KOKKOS_LAMBDA(const std::int64_t row) {
            LogSum delta;
            for (int i = 0; i < count; ++i) delta.add(terms[row * count + i]);
            log_delta[row] = delta.value();
        });
}

}  // namespace sluice::acquisition
