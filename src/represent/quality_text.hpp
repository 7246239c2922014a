#pragma once

#include "represent/motion/motion.hpp"
#include "represent/representation.hpp"

#include <string>

namespace sluice::represent {

/// What made a representation and how good it is, as JSON that stands in the pool of its latents: method, units, hidden, seed, training_rows, temperature,
/// time_step, error (of single encoders, the mean code, the mean reconstruction, principal components), active, active_means, informed, information,
/// and trials, where any were made; runs, target_error and, where the last run misses it, a warning, where trials found the temperature.
/// With an equation of motion: motion (terms; mean, mode [terms][units] and encoders of the coefficients; unexplained fractions of rows, rates, latent_rates).
std::string quality_text(const std::string& method, const Recipe& recipe, std::int64_t training_rows, const Learned& learned, const Quality& quality,
                         const Motion* motion = nullptr);

/// What a user should know of a representation whose error is not what was aimed at; empty where it is, or where nothing was.
std::string warning_of(const Learned& learned);

}  // namespace sluice::represent
