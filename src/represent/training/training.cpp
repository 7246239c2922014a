#include "represent/training/training.hpp"

#include "represent/training/chains.hpp"
#include "represent/training/plain_descent.hpp"

#include <algorithm>

namespace sluice::represent {

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

}  // namespace sluice::represent
