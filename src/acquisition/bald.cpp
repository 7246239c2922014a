#include "acquisition/variance.hpp"
#include "models/networks/mc_dropout.hpp"

namespace sluice::acquisition {

namespace {

/// As paper 002 has it: the variance over passes of an auxiliary dropout network, which selects and does nothing else.
/// Source: spec: regression-methods, section 2, method 7. (The mutual information of Houlsby et al. 2011 for a Gaussian output of constant noise grows with
/// this variance, so that both prefer the same rows where there is one output.)
const ScoreRegistration registration{
    "bald", "variance over Monte Carlo passes of a dropout network that is trained beside the surrogate, summed over targets (BALD)", models::mc_dropout_options(),
    [](const Options& options) {
        return Score{.evaluate = [](const auto& p, const auto&, const auto& scores) { variance(p, scores); }, .own_model = models::mc_dropout(options)};
    }};

}  // namespace

}  // namespace sluice::acquisition
