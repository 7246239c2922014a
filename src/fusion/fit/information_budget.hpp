#pragma once

#include "fusion/fit/effective_dimension.hpp"

namespace sluice::fusion {

/// What a surrogate may spend on complexity, given the dimension of its sample.
struct InformationBudget {
    int effective_dimension = 1;  ///< d_eff, mean of the three estimates, truncated
    int total_dimension = 3;      ///< d_all, their sum
    std::int64_t budget = 10;     ///< N_budget
};

/// N_budget = 32 d_eff ln(1 + d_sup), rounded half to even, at least 10 and at most `cap`.
/// \param cap  >= 10; 1000 in release A, batch x iterations in release B
/// Source: paper 003, stage 0; specification section 5.4.
InformationBudget information_budget(const EffectiveDimension& dimension, std::int64_t cap);

}  // namespace sluice::fusion
