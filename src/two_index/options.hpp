#pragma once

#include "base/options.hpp"
#include "models/mixture_density/recipe.hpp"

namespace sluice::two_index {

/// What a campaign file may say of the strategy.
std::vector<OptionSpec> option_specs();

/// How its networks are trained.
models::mixture_density::Recipe recipe_of(const Options& options);

}  // namespace sluice::two_index
