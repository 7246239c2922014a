#pragma once

#include "represent/representation.hpp"

namespace sluice::represent {

/// Equations of motion of latents, one for each encoder of an ensemble, all under one decoder. Coefficients depend on the frame that training happened to choose
/// for the latents; unexplained fractions do not.
struct Motion {
    std::vector<std::string> terms;                  ///< motion_term_names
    std::vector<std::vector<double>> coefficients;   ///< of each encoder [terms, units]
    std::vector<double> mean;                        ///< over encoders [terms, units]
    std::vector<double> mode;                        ///< where their density is largest [terms, units]
    double unexplained_rows = 0;                     ///< sums of squares that are not reconstructed, over all of them; means over encoders
    double unexplained_rates = 0;
    double unexplained_latent_rates = 0;
};

/// Fits each encoder's equation to rows that come with time derivatives, all rows at once. Encoders are dealt to ranks and threads. Collective.
/// Source: specification section 7.5.
Motion motion_of(const Representation& representation, const TrainingRows& rows, const Communicator& ranks);

/// The place of the largest density of a sample: Gaussian kernels with Scott's bandwidth, deviation x count^(-1/5), looked for at 2,048 points over its range.
double densest_value(const std::vector<double>& sample);

/// "dz0/dt = 0.91 z1 - 0.12 sin z0": the terms of which both mean and mode are above 0.1, with their means.
std::string equation_text(const Motion& motion, std::int64_t unit);

}  // namespace sluice::represent
