#pragma once

#include "models/gaussian_process/kernel.hpp"

namespace sluice::models {

/// What is sought, and how hard.
struct GaussianProcessOptions {
    Kernel kernel = Kernel::squared_exponential;
    std::int64_t search_rows = 1000;  ///< labelled rows whose likelihood is maximised, at most; of more, so many are drawn by key
};

/// A family of one Gaussian process. Its members are local maxima of the marginal likelihood, the first from the median distance, the others from keyed
/// starts, by L-BFGS on the logarithms of the parameters, which are kept in single precision. The best serves, on all labelled rows, by a Cholesky factor
/// in float64. Error for more than 5,000 labelled rows.
/// Source: paper 001, Gaussian process regression; spec: regression-methods, section 5.
Family gaussian_process(const GaussianProcessOptions& options);

}  // namespace sluice::models
