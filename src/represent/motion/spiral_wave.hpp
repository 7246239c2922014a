#pragma once

#include <complex>
#include <cstdint>
#include <vector>

/// A rotating spiral of a lambda-omega reaction-diffusion system on a periodic square, the test of latent dynamics of Champion et al. 2019 and of paper 004:
///
///     u_t = (1 - A^2) u + A^2 v + 0.1 lap u,    v_t = (1 - A^2) v - A^2 u + 0.1 lap v,    A^2 = u^2 + v^2,
///
/// on [-10, 10)^2 with 100 x 100 points. As w = u + i v it is one equation, w_t = (1 - (1 + i) |w|^2) w + 0.1 lap w. Pseudo-spectral without dealiasing, classical
/// Runge-Kutta steps of 0.025 in float64, two of them a frame. Source: specification section 7.1.
namespace sluice::represent {

inline constexpr std::int64_t spiral_side = 100;       ///< points; pixel = 100 row + column, y = -10 + 0.2 row, x = -10 + 0.2 column
inline constexpr double spiral_frame_duration = 0.05;

struct SpiralWave {
    std::int64_t frame = 0;
    std::vector<std::complex<double>> transform;  ///< [100, 100] discrete Fourier transform of u + i v
};

/// One arm: w = tanh(r) exp(i (angle - r)).
SpiralWave spiral_wave();

/// To the next frame.
void advance(SpiralWave& wave);

/// On the grid.
struct SpiralFields {
    std::vector<std::complex<double>> w;       ///< [100, 100] u + i v
    std::vector<std::complex<double>> w_rate;  ///< its time derivative, by the right-hand side
};

SpiralFields fields_of(const SpiralWave& wave);

}  // namespace sluice::represent
