#pragma once

#include "models/gaussian_process/gaussian_process.hpp"

namespace sluice::models {

/// Local maxima of the marginal likelihood, one per member, each from a start of its own.
std::vector<Member> search_kernels(const TrainingSet& data, std::size_t members, int first_member, const FitKey& key, const GaussianProcessOptions& options);

}  // namespace sluice::models
