#pragma once

#include "represent/representation.hpp"

#include <string>

namespace sluice::represent {

/// What made a representation and how good it is, as JSON that stands in the pool of its latents: method, units, hidden, seed, training_rows, temperature,
/// time_step, error (of single encoders, the mean code, the mean reconstruction, principal components), active, active_means, informed, information,
/// and trials, where any were made.
std::string quality_text(const std::string& method, const Recipe& recipe, std::int64_t training_rows, const Learned& learned, const Quality& quality);

}  // namespace sluice::represent
