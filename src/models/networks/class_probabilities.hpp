#pragma once

#include "models/family.hpp"

namespace sluice::models {

/// Probabilities from what networks say before the softmax.
/// \param said   fills [rows, members, classes]
/// \return       fills the same with exp(said) over its sum over classes
Predict class_probabilities(Predict said, std::size_t members, std::size_t classes);

}  // namespace sluice::models
