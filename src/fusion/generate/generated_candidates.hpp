#pragma once

#include "fusion/fit/surrogates.hpp"
#include "pool/differential_evolution.hpp"

namespace sluice::fusion {

/// Stage 2 without a pool: candidates of one differential evolution per family, one of all families together, and a Sobol sequence of a fifth as many as the
/// families' have. A point that was asked for before is none of them. Collective; a safe point.
/// \param domain   where they are looked for; labelled points may lie outside
/// \param scaling  from the domain's units to those of the surrogates
/// \param asked    points asked for so far, as the domain has them
/// \return         a pool in the domain's units, the same for any number of ranks
/// Source: paper 003, stage 2; specs: fusion, 8.1.
pool::Shard generate_candidates(const pool::Domain& domain, const pool::Scaling& scaling, const pool::Evolution& evolution, const std::vector<Surrogate>& surrogates,
                                const LabelledSet& labelled, const std::vector<std::vector<float>>& asked, const Switches& switches, const IterationKey& key,
                                const Communicator& ranks);

}  // namespace sluice::fusion
