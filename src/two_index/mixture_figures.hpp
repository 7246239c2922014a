#pragma once

#include "models/mixture_density/ensemble.hpp"
#include "problems/simulator.hpp"

namespace sluice::two_index {

/// How well an ensemble predicts points it has not seen, in raw units.
struct TestFigures {
    double nll = 0;           ///< mean of -log of the members' equally weighted mixture
    double crps = 0;          ///< continuous ranked probability score, mean over points and targets; NaN without points
    double energy_score = 0;  ///< by samples
    double mse = 0;           ///< squared error of the members' mean, mean over points and targets
};

/// Negative log-likelihood and squared error of all test points; CRPS and energy score, which cost far more, of the first 256. Sums are formed in the order of the points. Collective.
/// Source: specs: two-index, 4; Gneiting and Raftery 2007 for the scores.
TestFigures test_figures(const models::mixture_density::Ensemble& ensemble, const problems::TestSet& test, std::uint64_t seed, std::int64_t iteration, const Communicator& ranks);

/// Weights of a member's components, from its logits [components].
std::vector<double> mixture_weights(const float* logits, std::int64_t components);

/// -log p(y) of one point under the ensemble. \param y  [targets], raw units
double negative_log_likelihood(const models::mixture_density::Ensemble& ensemble, const models::mixture_density::Heads& heads, std::int64_t row, const double* y);

/// Means of each member given the point [members, targets], raw units.
void conditional_means(const models::mixture_density::Ensemble& ensemble, const models::mixture_density::Heads& heads, std::int64_t row, float* means);

}  // namespace sluice::two_index
