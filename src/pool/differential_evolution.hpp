#pragma once

#include "pool/domain.hpp"

#include <functional>

namespace sluice::pool {

/// How candidates are evolved.
struct Evolution {
    std::int64_t population = 100;
    std::int64_t generations = 500;
    std::int64_t kept = 10000;  ///< best of all that were tried; of the last population, if it has a twentieth of them or more
};

/// What keys the draws of a search.
struct EvolutionKey {
    std::uint64_t seed = 0;
    std::uint32_t iteration = 0;
    std::uint32_t search = 0;  ///< which of the iteration's
};

/// Fills the merit, to be maximised, of a whole population [rows, columns]. It may differ from generation to generation; 0 is the first population's.
using Merit = std::function<void(const std::vector<float>& points, std::int64_t generation, std::vector<double>& merit)>;

/// Differential evolution in a box: mutant x1 + 0.5 (x2 - x3), each component from it with probability 0.3, redrawn where it leaves the box; a trial that is
/// not worse takes its parent's place. A survivor keeps the merit it was given when it was born.
/// \param starts  [rows, columns] points that take the first places of the first population; the others are drawn over the box
/// \return  [kept, columns], best first; of equal merit the earlier
/// Source: Storn and Price 1997; specs: fusion, 8.1.
std::vector<float> differential_evolution(const Domain& domain, const Evolution& evolution, const std::vector<float>& starts, const Merit& merit, const EvolutionKey& key);

}  // namespace sluice::pool
