#pragma once

#include "represent/floats.hpp"

#include <cstdint>
#include <span>

namespace sluice::represent {

/// Parameters that Adam moves, and its state.
struct Descent {
    Floats values;
    Floats mean;    ///< of gradients
    Floats square;  ///< of their squares
    std::int64_t steps = 0;
};

/// A descent that begins at these values.
Descent descent_from(Floats values);

/// One step in the form of Keras, which differs from the usual one: epsilon = 1e-7 is added to the uncorrected root.
/// Source: Kingma and Ba 2015, end of section 2; specification section 3.2.
void descend(Descent& descent, std::span<const float> gradient, double rate);

}  // namespace sluice::represent
