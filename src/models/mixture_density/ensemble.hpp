#pragma once

#include "models/family.hpp"
#include "models/mixture_density/likelihood.hpp"
#include "models/mixture_density/normalisation.hpp"
#include "models/mixture_density/recipe.hpp"

#include <filesystem>
#include <memory>

namespace sluice::models::mixture_density {

/// Labelled rows in raw units, the same on every rank.
struct RawSet {
    std::int64_t rows = 0;
    std::vector<float> x;   ///< [rows, columns]
    std::vector<double> y;  ///< [rows, targets]
    std::vector<double> pool_deviation;  ///< [columns], for columns that are the same in all these rows; empty: 1
};

/// What all members say of a row in normalised units: logits [components], means [components, targets], variances [components, targets].
struct Head {
    const float* logits;
    const float* means;
    const float* variances;
};

/// Predictions of a fixed number of rows; a ragged end is padded by who asks, as the shape of a product decides its rounding.
struct Heads {
    static constexpr std::int64_t rows = 256;
    std::vector<float> values;     ///< [members, rows, components (1 + 2 targets)], grouped: logits, means, variances
    std::vector<float> embedding;  ///< [rows, width] the affine layer of member 0, if asked for
    Shape shape;

    Head of(std::int64_t member, std::int64_t row) const
    {
        const float* first = values.data() + (member * rows + row) * shape.outputs();
        return {first, first + shape.components, first + shape.components * (1 + shape.targets)};
    }
};

/// A trained ensemble of mixture density networks, the same on every rank.
struct Ensemble {
    Shape shape;
    std::int64_t members = 0;
    Normalisation x, y;
    std::vector<double> unit;  ///< [targets] in which the variance score and least variances count: 1 as published; robust the deviation over the labelled rows

    /// Least variance of a target, raw units.
    double least_variance(std::size_t target) const { return variance_guard * unit[target] * unit[target]; }
    /// The same of the normalised target.
    double least_normalised_variance(std::size_t target) const { return least_variance(target) / (y.scale[target] * y.scale[target]); }
    /// Fills `heads` for raw features [Heads::rows, columns]. Called from several threads at once.
    std::function<void(const float* features, bool with_embedding, Heads& heads)> predict;
    /// The same for raw features [rows, columns] and heads [members, rows, components (1 + 2 targets)], grouped, both in the device's memory.
    std::function<void(const float* features, std::int64_t rows, float* heads)> predict_on_device;
    double flops_per_row = 0;
};

/// Where a training is kept while it runs, and how often.
struct TrainingFile {
    std::filesystem::path path;   ///< empty: nowhere
    double seconds_between = 30;
};

/// Trains an ensemble on the labelled rows, from scratch. Asked to stop, it writes its state to the file and throws Interrupted; a training that finds its
/// file goes on from there, to the same bits. Collective.
Ensemble fit(const Shape& shape, const Recipe& recipe, const RawSet& data, const FitKey& key, const TrainingFile& file, const Communicator& ranks);

}  // namespace sluice::models::mixture_density
