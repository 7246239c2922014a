#pragma once

#include "models/family.hpp"

namespace sluice::models::mixture_density {

/// Distinct rows of a step's minibatch, in ascending order; all of them if there are no more than `count`.
std::vector<std::int64_t> draw_minibatch(std::int64_t rows, std::int64_t count, std::int64_t step, const FitKey& key);

}  // namespace sluice::models::mixture_density
