#pragma once

#include "represent/training/training.hpp"

namespace sluice::represent {

/// An outer iteration before chains are there: both networks go down the gradient together. Collective.
/// \return  whether it was done; if a rank was asked to stop, nothing may be kept
bool descend_plainly(Training& training, const Recipe& recipe, const TrainingRows& rows, const Communicator& ranks);

}  // namespace sluice::represent
