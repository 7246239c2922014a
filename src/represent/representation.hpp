#pragma once

#include "represent/training/training_file.hpp"

#include <string>

namespace sluice::represent {

/// A map from standardised rows to latents: the mean over an ensemble of encoders with one architecture; principal components are a single linear one. The same on
/// every rank.
struct Representation {
    Architecture shape;
    std::vector<Floats> encoders;  ///< each [D]
    Floats decoder;                ///< [P]
    std::vector<double> between;   ///< [units] variance of held-out rows' mean codes
    std::vector<double> within;    ///< [units] mean variance of a held-out row's code
    std::vector<double> factor;    ///< [units] that latents are multiplied by: 1 over the root of their pooled variance, or 1 for principal components
    bool has_spread = false;       ///< whether a code is a distribution
    double flops_per_row() const;
};

/// A representation, and how it was come by.
struct Learned {
    Representation representation;
    std::vector<Trial> trials;  ///< at several temperatures
    std::vector<Trial> runs;    ///< full trainings of which the last one counts, where trials found the temperature
    double target_error = 0;    ///< that they aimed at
    double temperature = 0;     ///< 0: no encoders were sampled
    double time_step = 0;
    /// Whether the error is off by more than a tenth of what was aimed at, the repetition included.
    bool misses_target() const;
};

/// Learns a representation. A training that takes long is kept in a file (train). Collective.
Learned learn(Method method, const Recipe& recipe, const Subsample& rows, const TrainingFile& file, const Communicator& ranks);

/// What a training that has come to its end stands for. Collective.
Representation representation_of(const Training& training, const Recipe& recipe, const Communicator& ranks);

/// Latents of rows that are computed together. A fixed number: the shape of a matrix product decides its rounding; who has fewer pads them.
inline constexpr std::int64_t block_rows = 256;

/// Codes of one block, unscaled: moments over the encoders.
struct Codes {
    std::vector<double> mean;      ///< [block_rows, units]
    std::vector<double> variance;  ///< [block_rows, units] over encoders, or of a variational encoder's distribution; 0 else
};

/// \param x  [block_rows, columns] standardised, at a cache line
void encode_block(const Representation& representation, const float* x, Codes& codes);

/// The latents [rows, units], scaled, and the spread of each row: the root of the mean over units of variance over pooled variance.
/// Source: specification section 10.3.
void to_latents(const Representation& representation, const Codes& codes, std::int64_t rows, float* latents, float* spread);

/// How good a representation is, by rows that it was not learned from. Source: specification sections 5.3, 6.2 and 10.3.
struct Quality {
    double r1 = 0;               ///< mean squared error of reconstructions, mean over encoders
    double r2 = 0;               ///< of the mean code's reconstruction
    double r3 = 0;               ///< of the mean over encoders of reconstructions
    double principal = 0;        ///< of as many principal components
    std::int64_t active = 0;     ///< units whose pooled variance is above 0.01, as published: not scale-free
    std::int64_t active_means = 0;  ///< units of which the variance between rows alone is above that (Burda et al. 2016)
    std::int64_t informed = 0;   ///< units of which more than 0.05 of the pooled variance is between rows: scale-free
    double information = 0;      ///< mean over units of that fraction
};

/// Fills in variances and `factor` from the held-out rows' codes, and judges by them. Computed by the root. Collective.
/// \param principal  to compare with; nullptr: none
Quality scale_and_judge(Representation& representation, Method method, const Representation* principal, const TrainingRows& held_out, const Communicator& ranks);

}  // namespace sluice::represent
