#pragma once

#include "represent/training/training.hpp"

namespace sluice::represent {

/// Makes this rank's chains, hot where plain descent ended, and sets the temperature, if trials have not, and the time step. Collective.
void begin_sampling(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks);

/// An outer iteration: the chains move, then the decoder goes down the gradient of its free energy. Collective.
/// \return  whether it was done; if a rank was asked to stop, nothing may be kept
bool sample(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks);

/// The same when the decoder has come to rest: it equilibrates the chains, then keeps an encoder of each.
bool collect(Training& training, const Recipe& recipe, const TrainingRows& rows, const Share& own, const Communicator& ranks);

/// Drift of a chain's conserved energy since the beginning, its jumps counted: the error of integration, where every minibatch is all rows.
double ledger_drift(const Chain& chain, const Training& training);

}  // namespace sluice::represent
