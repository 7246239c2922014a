#pragma once

#include "represent/networks/autoencoder.hpp"

#include <string>

/// Latents that obey an equation of motion. Rows come with their time derivatives; the encoder carries those into the latents, where they are fitted by least
/// squares on a library of terms, dz/dt = Theta(z) Xi, and the decoder carries the fitted ones back. Use it for states of a system along its path, as of a
/// reaction and diffusion. Source: Champion, Lusch, Kutz and Brunton 2019; specification section 7.3.
namespace sluice::represent {

/// Rows of a system's states, and their time derivatives.
template <typename Real>
struct MovingRows {
    const Real* x = nullptr;     ///< [rows, columns]
    const Real* rate = nullptr;  ///< [rows, columns]
    std::int64_t rows = 0;
};

/// Terms of the library: all monomials from the first to the third degree, and sines. No constant.
std::int64_t motion_terms(std::int64_t units);

/// "z0", "z0 z1", "z0^2 z1", "sin z0", in the order of the coefficients.
std::vector<std::string> motion_term_names(std::int64_t units);

/// mean (x - x')^2 + rate_weight mean (dx/dt - dx'/dt)^2, where dx'/dt is what the decoder makes of the fitted dz/dt. The coefficients are those that fit this batch
/// best, and are differentiated: the force is the gradient of this very energy.
/// \param encoder_gradient, decoder_gradient  [parameters], overwritten; nullptr if not wanted
template <typename Real>
double motion_energy_and_gradient(const Architecture& shape, const Real* encoder, const Real* decoder, const MovingRows<Real>& rows, Real* encoder_gradient,
                                  Real* decoder_gradient);

/// Codes of rows and their time derivatives J_e(x) dx/dt. \param z, z_rate  [rows, units]
template <typename Real>
void encode_moving(const Architecture& shape, const Real* encoder, const MovingRows<Real>& rows, Real* z, Real* z_rate);

/// Reconstructions and their time derivatives J_f(z) dz/dt. \param z, z_rate  [rows, units]; \param x, x_rate  [rows, columns]
template <typename Real>
void decode_moving(const Architecture& shape, const Real* decoder, const Real* z, const Real* z_rate, std::int64_t rows, Real* x, Real* x_rate);

/// An equation of motion fitted to codes.
struct FittedMotion {
    std::vector<double> coefficients;  ///< Xi [terms, units]
    std::vector<double> z_rate;        ///< Theta(z) Xi [rows, units]
};

/// \param z, z_rate  [rows, units]
FittedMotion fit_motion(const double* z, const double* z_rate, std::int64_t rows, std::int64_t units);

}  // namespace sluice::represent
