#include "represent/sampler/thermostat.hpp"

#include "base/elementary.hpp"
#include "base/error.hpp"

#include <array>

namespace sluice::represent {

namespace {

constexpr double outer3 = 1.3512071919596578, outer5 = 0.4144907717943757;  // 1/(2 - 2^(1/3)), 1/(4 - 4^(1/3))
constexpr std::array<double, 1> weights1 = {1};
constexpr std::array<double, 3> weights3 = {outer3, 1 - 2 * outer3, outer3};
constexpr std::array<double, 5> weights5 = {outer5, outer5, 1 - 4 * outer5, outer5, outer5};
constexpr double a7 = 0.78451361047755726, b7 = 0.23557321335935813, c7 = -1.17767998417887101;  // Yoshida's solution A
constexpr std::array<double, 7> weights7 = {a7, b7, c7, 1 - 2 * (a7 + b7 + c7), c7, b7, a7};

/// What drives a link: twice the kinetic energy of the one before it, less what that should be.
double drive(const Thermostat& t, std::size_t link, double kinetic, double degrees, double temperature)
{
    if (link == 0) return 2 * kinetic - degrees * temperature;
    return t.momentum[link - 1] * t.momentum[link - 1] / t.mass[link - 1] - temperature;
}

/// Kicks a link for a duration h/2, between two quarters of the drag of the next one.
void kick(Thermostat& t, std::size_t link, double h, double kinetic, double degrees, double temperature)
{
    const double push = h / 2 * drive(t, link, kinetic, degrees, temperature);
    if (link + 1 == t.links()) {
        t.momentum[link] += push;
        return;
    }
    const double drag = elementary::exp(-h / 4 * t.momentum[link + 1] / t.mass[link + 1]);
    t.momentum[link] = (t.momentum[link] * drag + push) * drag;
}

}  // namespace

std::span<const double> suzuki_yoshida_weights(int count)
{
    switch (count) {
        case 1: return weights1;
        case 3: return weights3;
        case 5: return weights5;
        case 7: return weights7;
        default: fail("{} Suzuki-Yoshida weights: must be 1, 3, 5 or 7", count);
    }
}

Thermostat thermostat_at_rest(std::size_t links, double degrees, double temperature, double relaxation)
{
    Thermostat thermostat;
    thermostat.position.assign(links, 0.0);
    thermostat.momentum.assign(links, 0.0);
    thermostat.mass.assign(links, temperature * relaxation * relaxation);
    thermostat.mass[0] *= degrees;
    return thermostat;
}

void draw_momenta(Thermostat& thermostat, double temperature, RandomStream random)
{
    for (std::size_t j = 0; j < thermostat.links(); ++j) thermostat.momentum[j] = std::sqrt(thermostat.mass[j] * temperature) * random.normal();
}

void change_masses(Thermostat& thermostat, double degrees, double temperature, double relaxation)
{
    const auto changed = thermostat_at_rest(thermostat.links(), degrees, temperature, relaxation);
    for (std::size_t j = 0; j < thermostat.links(); ++j) thermostat.momentum[j] *= changed.mass[j] / thermostat.mass[j];
    thermostat.mass = changed.mass;
}

double move_chain(Thermostat& t, double kinetic, double degrees, double temperature, double duration, const Splitting& splitting)
{
    double factor = 1;
    const auto weights = suzuki_yoshida_weights(splitting.weights);
    for (int cycle = 0; cycle < splitting.subcycles; ++cycle) {
        for (const double weight : weights) {
            const double h = weight * duration / splitting.subcycles;
            for (std::size_t j = t.links(); j-- > 0;) kick(t, j, h, kinetic, degrees, temperature);
            const double drag = elementary::exp(-h * friction(t));
            factor *= drag;
            kinetic *= drag * drag;
            for (std::size_t j = 0; j < t.links(); ++j) t.position[j] += h * t.momentum[j] / t.mass[j];
            for (std::size_t j = 0; j < t.links(); ++j) kick(t, j, h, kinetic, degrees, temperature);
        }
    }
    return factor;
}

double chain_energy(const Thermostat& t, double degrees, double temperature)
{
    double energy = degrees * temperature * t.position[0];
    for (std::size_t j = 0; j < t.links(); ++j) energy += t.momentum[j] * t.momentum[j] / (2 * t.mass[j]) + (j > 0 ? temperature * t.position[j] : 0.0);
    return energy;
}

}  // namespace sluice::represent
