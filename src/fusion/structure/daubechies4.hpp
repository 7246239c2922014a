#pragma once

#include <span>
#include <vector>

namespace sluice::fusion {

/// Coefficients of a signal from coarse to fine: the approximation at the deepest level, then the details from that level up to the first.
using WaveletBands = std::vector<std::vector<double>>;

/// Discrete wavelet transform with Daubechies' filter of four vanishing moments (8 taps) and half-sample symmetric extension, (x1 x0 | x0 x1 ... ).
/// A level turns n coefficients into floor((n + 7) / 2) of each kind.
/// \param signal  any length from 1
/// \param levels  >= 1
/// Source: Daubechies 1988; specification section 9.2.
WaveletBands daubechies4_decomposition(std::span<const double> signal, int levels);

/// The inverse: the first `length` values of the signal that has these coefficients.
std::vector<double> daubechies4_reconstruction(const WaveletBands& bands, std::size_t length);

}  // namespace sluice::fusion
