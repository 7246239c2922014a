#include "represent/training.hpp"

#include "base/normals.hpp"
#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::represent {

namespace {

constexpr double particle_mass = 1;  // only time step / sqrt(mass) matters for the path
constexpr std::uint32_t descent_learner = 0xFFFFFFFF;  // beside the numbers of chains

/// Of a minibatch in plain descent. An equation of motion is fitted to all of its rows.
std::int64_t parts_of(const Recipe& recipe)
{
    return recipe.shape.rate_weight > 0 ? 1 : 4;
}

Dynamics dynamics_of(const Training& training, const Recipe& recipe)
{
    return {training.temperature, training.time_step, particle_mass, recipe.splitting};
}

double relaxation_of(const Training& training, const Recipe& recipe)
{
    return recipe.relaxation_steps * training.time_step;
}

// ---- Plain descent ---------------------------------------------------------------------------------------------------------------------------------

/// A part's share of the gradient of both networks, in `gradient` [D + P].
void find_part(const Training& training, const Recipe& recipe, const TrainingRows& rows, const std::vector<std::int64_t>& batch, std::int64_t part, float* gradient)
{
    const auto& shape = recipe.shape;
    const auto parts = parts_of(recipe), size = static_cast<std::int64_t>(batch.size()), first = size * part / parts, end = size * (part + 1) / parts;
    if (first == end) {  // fewer rows than parts
        std::fill_n(gradient, shape.encoder_parameters() + shape.decoder_parameters(), 0.0F);
        return;
    }
    thread_local Floats x, rate, noise;
    copy_rows(rows, {batch.begin() + first, batch.begin() + end}, x);
    copy_rates(rows, {batch.begin() + first, batch.begin() + end}, rate);
    noise.resize(static_cast<std::size_t>(shape.is_variational ? (end - first) * shape.units : 0));
    fill_normals(recipe.seed, Purpose::latent_noise, 0, static_cast<std::uint64_t>(training.encoder.steps * parts + part), noise);
    const double energy = energy_and_gradient(shape, training.encoder.values.data(), training.decoder.values.data(), {x.data(), end - first, size, noise.data(), rate.data()}, gradient,
                                              gradient + shape.encoder_parameters());
    if (!std::isfinite(energy)) fail("plain descent diverges after {} steps; lower --learning-rate", training.encoder.steps);
}

/// One step of both networks. \param gradients  room for the own parts'
bool descend_once(Training& training, const Recipe& recipe, const TrainingRows& rows, Minibatches& batches, Floats& gradients, const Communicator& ranks)
{
    const auto parts = parts_of(recipe);
    const auto encoder_size = static_cast<std::size_t>(recipe.shape.encoder_parameters()), size = encoder_size + static_cast<std::size_t>(recipe.shape.decoder_parameters());
    const auto stride = (size + floats_in_line - 1) / floats_in_line * floats_in_line;
    const auto own = share_of(Tiling{parts, 1}, ranks.rank(), ranks.size());
    const auto batch = batches.rows_of(training.encoder.steps);
    gradients.resize(static_cast<std::size_t>(own.tiles()) * stride);
    together(ranks, [&] {
        parallel::for_each_tile("represent/descend", own,
                                [&](RowId part) { find_part(training, recipe, rows, batch, part, gradients.data() + static_cast<std::size_t>(part - own.first_tile) * stride); });
    });
    std::vector<float> gathered;
    if (ranks.size() > 1) gathered = ranks.gather(std::span<const float>(gradients));
    const float* all = ranks.size() > 1 ? gathered.data() : gradients.data();
    Floats sum(all, all + size);
    for (std::size_t part = 1; part < static_cast<std::size_t>(parts); ++part) {
        for (std::size_t i = 0; i < size; ++i) sum[i] += all[part * stride + i];
    }
    descend(training.encoder, std::span(sum).first(encoder_size), recipe.learning_rate);
    descend(training.decoder, std::span(sum).subspan(encoder_size), recipe.learning_rate);
    return !ranks.any(stop_requested());
}

bool descend_plainly(Training& training, const Recipe& recipe, const TrainingRows& rows, const Communicator& ranks)
{
    Minibatches batches(rows.rows, recipe.batch, recipe.seed, descent_learner);
    Floats gradients;
    for (std::int64_t s = 0; s < recipe.inner; ++s) {
        if (!descend_once(training, recipe, rows, batches, gradients, ranks)) return false;
    }
    return true;
}

// ---- Sampling --------------------------------------------------------------------------------------------------------------------------------------

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

}  // namespace

Share own_chains(const Recipe& recipe, const Communicator& ranks)
{
    return share_of(Tiling{recipe.chains, 1}, ranks.rank(), ranks.size());
}

Training begin_training(const Recipe& recipe)
{
    Floats encoder(static_cast<std::size_t>(recipe.shape.encoder_parameters())), decoder(static_cast<std::size_t>(recipe.shape.decoder_parameters()));
    draw_parameters(recipe.shape.encoder_layers(), {recipe.seed, Purpose::encoder_start, 0, 0}, encoder.data());
    draw_parameters(recipe.shape.decoder_layers(), {recipe.seed, Purpose::decoder_start, 0, 0}, decoder.data());
    Training training;
    training.encoder = descent_from(std::move(encoder));
    training.decoder = descent_from(std::move(decoder));
    return training;
}

bool advance(Training& training, const Recipe& recipe, const TrainingRows& rows, const Communicator& ranks)
{
    const auto own = own_chains(recipe, ranks);
    auto collected = std::move(training.collected);  // large, and only ever added to when all went well
    auto before = training;
    training.collected = std::move(collected);
    const auto iteration = training.iteration;
    if (iteration == recipe.descents) begin_sampling(training, recipe, rows, own, ranks);
    const bool is_done = iteration < recipe.descents                      ? descend_plainly(training, recipe, rows, ranks)
                         : iteration < recipe.descents + recipe.samplings ? sample(training, recipe, rows, own, ranks)
                                                                          : collect(training, recipe, rows, own, ranks);
    if (is_done) {
        ++training.iteration;
    } else {
        before.collected = std::move(training.collected);
        training = std::move(before);
    }
    return is_done;
}

double temperature_by_formula(const Training& training, const Recipe& recipe, const TrainingRows& rows)
{
    if (recipe.temperature > 0) return recipe.temperature;
    const auto count = std::min<std::int64_t>(rows.rows, 4096);
    std::vector<double> sum(static_cast<std::size_t>(rows.columns), 0.0), square(sum);
    for (std::int64_t i = 0; i < count; ++i) {
        for (std::size_t c = 0; c < sum.size(); ++c) {
            const double x = rows.x[static_cast<std::size_t>(i * rows.columns) + c];
            sum[c] += x;
            square[c] += x * x;
        }
    }
    double gained = 0;  // by predicting means, at first
    for (std::size_t c = 0; c < sum.size(); ++c) gained += (square[c] - sum[c] * sum[c] / static_cast<double>(count)) / static_cast<double>(count * rows.columns);
    double rates = 0;
    for (std::size_t i = 0; recipe.shape.rate_weight > 0 && i < static_cast<std::size_t>(count * rows.columns); ++i) {
        rates += static_cast<double>(rows.rate[i]) * static_cast<double>(rows.rate[i]);
    }
    gained += recipe.shape.rate_weight * rates / static_cast<double>(count * rows.columns);
    if (recipe.descents > 0) {
        const Batch batch{rows.x.data(), count, count, nullptr, rows.rate.data()};
        gained -= energy_and_gradient(recipe.shape, training.encoder.values.data(), training.decoder.values.data(), batch, nullptr, nullptr);
    }
    if (!(gained > 0)) fail("plain descent does not get below the variance of the rows: nothing to set a temperature by; give --temperature, or more --descents");
    return 2 * recipe.excess_energy * gained / static_cast<double>(recipe.shape.encoder_parameters());
}

double ledger_drift(const Chain& chain, const Training& training)
{
    const auto degrees = static_cast<double>(chain.theta.size());
    const double kinetic = kinetic_energy(std::span<const float>(chain.velocity), particle_mass);
    return kinetic + chain.energy + chain_energy(chain.thermostat, degrees, training.temperature) + chain.jumps - chain.start;
}

}  // namespace sluice::represent
