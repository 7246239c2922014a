#include "represent/training/plain_descent.hpp"

#include "base/normals.hpp"
#include "base/signals.hpp"
#include "parallel/for_each_tile.hpp"

#include <cmath>

namespace sluice::represent {

namespace {

constexpr std::uint32_t descent_learner = 0xFFFFFFFF;  // beside the numbers of chains

/// Of a minibatch in plain descent. An equation of motion is fitted to all of its rows.
std::int64_t parts_of(const Recipe& recipe)
{
    return recipe.shape.rate_weight > 0 ? 1 : 4;
}

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

}  // namespace

bool descend_plainly(Training& training, const Recipe& recipe, const TrainingRows& rows, const Communicator& ranks)
{
    Minibatches batches(rows.rows, recipe.batch, recipe.seed, descent_learner);
    Floats gradients;
    for (std::int64_t s = 0; s < recipe.inner; ++s) {
        if (!descend_once(training, recipe, rows, batches, gradients, ranks)) return false;
    }
    return true;
}

}  // namespace sluice::represent
