#include "represent/training/chains.hpp"

#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>

namespace sluice::represent {

namespace {

constexpr double particle_mass = 1;  // only time step / sqrt(mass) matters for the path

Dynamics dynamics_of(const Training& training, const Recipe& recipe)
{
    return {training.temperature, training.time_step, particle_mass, recipe.splitting};
}

double relaxation_of(const Training& training, const Recipe& recipe)
{
    return recipe.relaxation_steps * training.time_step;
}

/// What a thread needs to move a chain, and nobody keeps.
struct Room {
    Minibatches batches;
    Floats x, rate, force, decoder_gradient;
    std::vector<double> gradient_sum;  ///< [P] of the decoder, over steps
};

/// Minibatch `number` of a chain. \return  energy
double find_force(const Chain& chain, const Training& training, const Recipe& recipe, const TrainingRows& rows, std::int64_t number, Room& room, bool with_decoder)
{
    const auto batch = room.batches.rows_of(number);
    copy_rows(rows, batch, room.x);
    copy_rates(rows, batch, room.rate);
    const auto count = static_cast<std::int64_t>(batch.size());
    room.force.resize(chain.theta.size());
    room.decoder_gradient.resize(training.decoder.values.size());
    const double energy = energy_and_gradient(recipe.shape, chain.theta.data(), training.decoder.values.data(), {room.x.data(), count, count, nullptr, room.rate.data()}, room.force.data(),
                                              with_decoder ? room.decoder_gradient.data() : nullptr);
    for (auto& force : room.force) force = -force;
    return energy;
}

/// Some steps with the decoder at rest. The force under the decoder as it is now is found anew, with the minibatch of the last step.
void move(Chain& chain, std::uint32_t number, const Training& training, const Recipe& recipe, const TrainingRows& rows, std::int64_t steps, Room& room)
{
    const auto dynamics = dynamics_of(training, recipe);
    const double before = chain.energy;
    chain.energy = find_force(chain, training, recipe, rows, chain.steps, room, false);
    const Particles<float> particles{chain.theta, chain.velocity, room.force};
    if (chain.steps == 0) chain.start = extended_energy(particles, chain.thermostat, dynamics, chain.energy);
    else chain.jumps += before - chain.energy;
    room.gradient_sum.assign(training.decoder.values.size(), 0.0);
    for (std::int64_t s = 0; s < steps && !stop_requested(); ++s) {
        const bool is_hot = is_too_hot(kinetic_energy(std::span<const float>(chain.velocity), particle_mass), particles.degrees(), dynamics.temperature);
        if (is_hot || (recipe.refresh_every > 0 && chain.steps > 0 && chain.steps % recipe.refresh_every == 0)) {
            chain.jumps += refresh_velocities(particles.velocity, dynamics, 0, recipe.seed, Purpose::velocity_refresh, number, static_cast<std::uint64_t>(chain.steps));
        }
        ++chain.steps;
        chain.energy = step(particles, chain.thermostat, dynamics, [&] { return find_force(chain, training, recipe, rows, chain.steps, room, true); });
        for (std::size_t i = 0; i < room.gradient_sum.size(); ++i) room.gradient_sum[i] += static_cast<double>(room.decoder_gradient[i]);
        chain.sums.steps += 1;
        chain.sums.energy += chain.energy;
        chain.sums.temperature += 2 * kinetic_energy(std::span<const float>(chain.velocity), particle_mass) / (particles.degrees() * dynamics.temperature);
        chain.sums.friction += friction(chain.thermostat);
    }
    if (!std::isfinite(chain.energy)) fail("chain {} diverges after {} steps of {:.3g}; lower --time-step", number, chain.steps, dynamics.time_step);
}

/// 0.2 of the fastest mode's 1/omega, over all chains. Source: specification section 4.3.
double measured_time_step(const Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks)
{
    std::vector<double> curvature(training.chains.size(), 0.0);
    together(ranks, [&] {
        parallel::for_each_tile("represent/curvature", own, [&](RowId c) {
            const auto& chain = training.chains[static_cast<std::size_t>(c - own.first_tile)];
            Minibatches batches(rows.rows, recipe.batch, recipe.seed, static_cast<std::uint32_t>(c));
            const auto batch = batches.rows_of(chain.steps);
            thread_local Floats x, rate;
            copy_rows(rows, batch, x);
            copy_rates(rows, batch, rate);
            const auto count = static_cast<std::int64_t>(batch.size());
            curvature[static_cast<std::size_t>(c - own.first_tile)] =
                largest_curvature(recipe.shape, chain.theta.data(), training.decoder.values.data(), {x.data(), count, count, nullptr, rate.data()}, recipe.seed);
        });
    });
    const double largest = ranks.largest(curvature.empty() ? 0.0 : *std::max_element(curvature.begin(), curvature.end()));
    if (!(largest > 0)) throw Agreed("the energy has no curvature to set a time step by; give --time-step");
    return 0.2 / std::sqrt(largest / particle_mass);
}

/// Shortens the time step if the potential has become stiffer. A step that is lengthened again would not know what it was shortened for.
void lower_time_step(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks)
{
    const double measured = measured_time_step(training, recipe, rows, own, ranks);
    if (measured >= training.time_step) return;
    training.time_step = measured;
    for (auto& chain : training.chains) {
        const auto degrees = static_cast<double>(chain.theta.size());
        const double before = chain_energy(chain.thermostat, degrees, training.temperature);
        change_masses(chain.thermostat, degrees, training.temperature, relaxation_of(training, recipe));
        chain.jumps += before - chain_energy(chain.thermostat, degrees, training.temperature);
    }
}

/// Fails unless every rank has the same decoder: ranks on different kinds of CPU would drift apart.
void require_same_decoder(const Training& training, const Communicator& ranks)
{
    const auto hash = static_cast<std::int64_t>(XXH3_64bits(training.decoder.values.data(), training.decoder.values.size() * sizeof(float)) >> 1);
    if (ranks.largest(hash) != -ranks.largest(-hash)) throw Agreed("ranks disagree on the decoder: use nodes with the same kind of CPU");
}

/// Moves all chains. \return  whether nobody was asked to stop
bool move_chains(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, std::int64_t steps, std::vector<double>& gradients, const Communicator& ranks)
{
    const auto size = training.decoder.values.size();
    gradients.resize(training.chains.size() * size);
    together(ranks, [&] {
        parallel::for_each_tile("represent/sample", own, [&](RowId c) {
            const auto at = static_cast<std::size_t>(c - own.first_tile);
            Room room{.batches = {rows.rows, recipe.batch, recipe.seed, static_cast<std::uint32_t>(c)}};
            move(training.chains[at], static_cast<std::uint32_t>(c), training, recipe, rows, steps, room);
            std::copy(room.gradient_sum.begin(), room.gradient_sum.end(), gradients.begin() + static_cast<std::ptrdiff_t>(at * size));
        });
    });
    return !ranks.any(stop_requested());
}

/// The decoder's step down the gradient of its free energy. Source: specification section 2.3.
void move_decoder(Training& training, const Recipe& recipe, std::span<const double> own_gradients, const Communicator& ranks)
{
    const auto all = ranks.gather(own_gradients);
    const auto size = training.decoder.values.size();
    Floats mean(size);
    for (std::size_t i = 0; i < size; ++i) {
        double sum = 0;
        for (std::size_t at = i; at < all.size(); at += size) sum += all[at];
        mean[i] = static_cast<float>(sum / static_cast<double>(recipe.chains * recipe.inner));
    }
    descend(training.decoder, mean, recipe.learning_rate);
}

}  // namespace

void begin_sampling(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks)
{
    together(ranks, [&] {
        if (training.temperature == 0) training.temperature = temperature_by_formula(training, recipe, rows);
    });
    training.decoder = descent_from(training.decoder.values);
    training.collected.resize(static_cast<std::size_t>(own.tiles()));
    for (RowId c = own.first_tile; c < own.end_tile; ++c) {
        Chain chain;
        chain.theta = training.encoder.values;
        if (recipe.descents == 0) draw_parameters(recipe.shape.encoder_layers(), {recipe.seed, Purpose::encoder_start, 0, static_cast<std::uint64_t>(c)}, chain.theta.data());
        chain.velocity.assign(chain.theta.size(), 0.0F);
        training.chains.push_back(std::move(chain));
    }
    training.time_step = recipe.time_step > 0 ? recipe.time_step : measured_time_step(training, recipe, rows, own, ranks);
    for (RowId c = own.first_tile; c < own.end_tile; ++c) {
        auto& chain = training.chains[static_cast<std::size_t>(c - own.first_tile)];
        refresh_velocities(std::span(chain.velocity), dynamics_of(training, recipe), 0, recipe.seed, Purpose::encoder_velocity, static_cast<std::uint32_t>(c), 0);
        chain.thermostat = thermostat_at_rest(static_cast<std::size_t>(recipe.links), static_cast<double>(chain.theta.size()), training.temperature, relaxation_of(training, recipe));
        draw_momenta(chain.thermostat, training.temperature, {recipe.seed, Purpose::thermostat, 0, static_cast<std::uint64_t>(c)});
    }
}

bool sample(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks)
{
    const auto done = training.iteration - recipe.descents;
    const bool is_remeasured = done == 1 || (done > 0 && (done == recipe.samplings / 100 || done == recipe.samplings / 10 || done == recipe.samplings / 2));
    if (recipe.time_step == 0 && is_remeasured) lower_time_step(training, recipe, rows, own, ranks);
    std::vector<double> gradients;
    if (!move_chains(training, recipe, rows, own, recipe.inner, gradients, ranks)) return false;
    move_decoder(training, recipe, gradients, ranks);
    require_same_decoder(training, ranks);
    return true;
}

bool collect(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks)
{
    const auto done = training.iteration - recipe.descents - recipe.samplings;
    const bool is_equilibration = recipe.equilibration > 0 && done == 0;
    if (recipe.time_step == 0 && done == 0) lower_time_step(training, recipe, rows, own, ranks);
    std::vector<double> gradients;
    if (!move_chains(training, recipe, rows, own, is_equilibration ? recipe.equilibration : recipe.thinning, gradients, ranks)) return false;
    for (std::size_t c = 0; c < training.chains.size(); ++c) {
        if (is_equilibration) training.chains[c].sums = {};
        else training.collected[c].insert(training.collected[c].end(), training.chains[c].theta.begin(), training.chains[c].theta.end());
    }
    return true;
}

double ledger_drift(const Chain& chain, const Training& training)
{
    const auto degrees = static_cast<double>(chain.theta.size());
    const double kinetic = kinetic_energy(std::span<const float>(chain.velocity), particle_mass);
    return kinetic + chain.energy + chain_energy(chain.thermostat, degrees, training.temperature) + chain.jumps - chain.start;
}

}  // namespace sluice::represent
