#pragma once

#include "parallel/communicator.hpp"

namespace sluice::parallel {

/// Overwrites each of `entries` with the best of all ranks', which all give equally many. Collective.
void first_of_each(std::span<Ranked> entries, const Communicator& ranks);

}  // namespace sluice::parallel
