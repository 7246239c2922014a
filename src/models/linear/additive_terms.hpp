#pragma once

#include "base/options.hpp"
#include "models/family.hpp"

namespace sluice::models {

/// What a linear surrogate sees of every feature: itself; itself and its square; or the hat functions of a linear spline, so that it becomes an additive model.
/// Source: Hastie and Tibshirani 1990, additive models; the square alone is a response surface without cross terms (Box and Wilson 1951).
enum class Terms { linear, squares, splines };

struct AdditiveTerms {
    Terms terms = Terms::linear;
    std::int64_t knots = 16;  ///< of a spline, >= 2, evenly over [-sqrt 3, sqrt 3], where a feature of deviation 1 spread evenly over a box lies; constant beyond

    std::int64_t per_feature() const { return terms == Terms::linear ? 1 : terms == Terms::squares ? 2 : knots; }
};

/// The terms of features [rows, columns]: [rows, columns * per_feature()], feature by feature. \param out  has room for them
void expand(const float* features, std::int64_t rows, std::int64_t columns, const AdditiveTerms& terms, float* out);

/// The options `terms` and `knots` of a linear surrogate.
std::vector<OptionSpec> with_terms_options(std::vector<OptionSpec> own);

/// A linear family that sees the terms of the features which those options ask for.
Family with_terms(Family linear, const Options& options);

}  // namespace sluice::models
