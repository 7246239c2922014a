#pragma once

#include "base/random.hpp"
#include "fusion/fit/information_budget.hpp"
#include "fusion/switches.hpp"
#include "models/family.hpp"

namespace sluice::fusion {

/// Terms that a trial of a linear family may draw: the features; their squares too; or splines as well, which take many rows spread over the whole box.
enum class TermRange { linear, squares, splines };

/// What a search may draw from: the sample, and what stage 0 says of it.
struct SearchSpace {
    std::int64_t rows = 0;  ///< of the sample
    InformationBudget information;
    bool compact = true;    ///< see Switches
    TermRange terms = TermRange::linear;
};

/// A family of fusion: the surrogate it is made of, and how a trial draws its hyper-parameters within the information budget.
struct FusionFamily {
    std::string name;
    std::string kind;  ///< of the registered surrogate
    double cost;       ///< of a fit, roughly, relative to one another; balances ranks
    std::function<void(Options&, const SearchSpace&, RandomStream&)> draw;
    std::function<void(Options&)> refit_at_fixed_size;  ///< what the published code does to the chosen options before members are trained
    bool is_published = true;                           ///< one of paper 003's
};

/// The eight families of paper 003, in the order of the specification (fusion, 6.1), and the smooth one that they lack.
const std::vector<FusionFamily>& families();

/// The registered surrogate with these options.
models::Family make_family(const FusionFamily& family, const Options& options);

/// Hyper-parameters of one trial, every option of the surrogate set. Ranges: specs, fusion, 5.5.
Options draw_trial(const FusionFamily& family, const SearchSpace& space, RandomStream& random);

}  // namespace sluice::fusion
