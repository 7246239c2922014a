#pragma once

#include "fusion/fit/families.hpp"
#include "fusion/switches.hpp"
#include "selection/strategy.hpp"

namespace sluice::fusion {

/// What an iteration looks at: labelled rows, and without a pool the box in which candidates are generated.
struct Scope {
    std::vector<RowId> rows;
    std::vector<std::vector<double>> values;  ///< [rows][targets], raw units
    std::optional<pool::Domain> box;
    pool::Scaling scaling;                    ///< as `pool` in feature_scaling asks: of the pool or the box
    TermRange terms = TermRange::linear;      ///< of linear families
};

/// All labelled rows, and the whole domain if there is one; or the trust region that the search looks at, and the rows that are in it or near.
Scope scope_of(const StrategyInput& in, const Switches& switches);

/// Features of rows that were asked for, raw. Collective.
std::vector<float> features_of(const StrategyInput& in, const std::vector<RowId>& rows);

/// What surrogates see features in: the scope's scaling; or as published, from the labelled rows alone: mean 0 and population deviation 1, in a domain [0, 1]. A constant column keeps its
/// unit. \param x  [labelled rows, columns], raw
/// Source: specs: fusion, 4.2.
pool::Scaling feature_scaling(const StrategyInput& in, const Scope& scope, const std::vector<float>& x, const Switches& switches);

}  // namespace sluice::fusion
