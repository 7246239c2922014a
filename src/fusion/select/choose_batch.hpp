#pragma once

#include "fusion/diagnostics.hpp"
#include "fusion/fuse/screen.hpp"
#include "fusion/labelled_set.hpp"

namespace sluice::fusion {

/// The rows of a batch as indices into the screen: the best scores, or where they crowd together some that lie apart. Says in `diagnostics` what it saw.
/// Source: paper 003, stage 3; specs: fusion, 11.
std::vector<std::size_t> choose_batch(const Screen& screen, const LabelledSet& labelled, const Switches& switches, std::size_t count, const IterationKey& key, Diagnostics& diagnostics);

}  // namespace sluice::fusion
