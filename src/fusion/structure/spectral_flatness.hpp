#pragma once

#include <complex>
#include <memory>
#include <span>
#include <vector>

namespace sluice::fusion {

/// Spectral flatness of sequences of one length: the geometric over the arithmetic mean of the power spectrum without its zero frequency. 1 is flat;
/// white noise gives exp(-0.5772) = 0.561, a trend nearly 0.
///
/// The length may have any factors. One without others than 2, 3 and 5 is transformed as it is, any other by Bluestein's algorithm, and two sequences
/// at a time as real and imaginary part. An object is for one thread.
/// Source: specification section 9.2; Bluestein 1970.
class SpectralFlatness {
public:
    explicit SpectralFlatness(std::size_t length);
    SpectralFlatness(const SpectralFlatness&) = delete;
    SpectralFlatness& operator=(const SpectralFlatness&) = delete;
    ~SpectralFlatness();

    /// Flatness of each; 1 where the length is below 8 or the population variance at most 1e-8.
    /// \param sequences  [any, length]
    std::vector<double> of(std::span<const double> sequences);

private:
    using Complex = std::complex<double>;
    struct Transform;

    /// Fourier transform of `buffer_`'s first `length_` entries, in place.
    void transform();

    std::size_t length_;
    std::size_t padded_;                  ///< length of the transforms made: `length_`, or at least twice that
    std::vector<Complex> chirp_;          ///< [length], empty if transformed as it is
    std::vector<Complex> chirp_spectrum_; ///< [padded]
    std::vector<Complex> buffer_;         ///< [padded]
    std::vector<Complex> spectrum_;       ///< [padded]
    std::unique_ptr<Transform> fft_;
};

}  // namespace sluice::fusion
