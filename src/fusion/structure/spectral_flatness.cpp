#include "fusion/structure/spectral_flatness.hpp"

#include <unsupported/Eigen/FFT>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::fusion {

namespace {

bool has_small_factors(std::size_t n)
{
    for (const std::size_t factor : {2, 3, 5}) {
        while (n % factor == 0) n /= factor;
    }
    return n == 1;
}

std::size_t padded_length(std::size_t length)
{
    if (has_small_factors(length)) return length;
    std::size_t padded = 2 * length - 1;
    while (!has_small_factors(padded)) ++padded;
    return padded;
}

/// Geometric over arithmetic mean of powers.
double flatness(std::span<const double> power)
{
    constexpr double floor = 1e-12;
    double logarithms = 0, sum = 0;
    for (const double p : power) {
        logarithms += std::log(p + floor);
        sum += p + floor;
    }
    const auto count = static_cast<double>(power.size());
    return std::exp(logarithms / count) / (sum / count);
}

}  // namespace

struct SpectralFlatness::Transform {
    Eigen::FFT<double> eigen;
};

SpectralFlatness::SpectralFlatness(std::size_t length)
    : length_(length), padded_(length == 0 ? 0 : padded_length(length)), buffer_(padded_), spectrum_(padded_), fft_(std::make_unique<Transform>())
{
    if (padded_ == length_) return;
    chirp_.resize(length_);
    for (std::size_t k = 0; k < length_; ++k) {
        const auto turn = static_cast<double>(k * k % (2 * length_)) / static_cast<double>(length_);  // of half a circle
        chirp_[k] = std::polar(1.0, -std::numbers::pi * turn);
    }
    for (std::size_t k = 0; k < length_; ++k) {
        buffer_[k] = std::conj(chirp_[k]);
        if (k > 0) buffer_[padded_ - k] = buffer_[k];
    }
    chirp_spectrum_.resize(padded_);
    fft_->eigen.fwd(chirp_spectrum_.data(), buffer_.data(), static_cast<Eigen::Index>(padded_));
}

SpectralFlatness::~SpectralFlatness() = default;

void SpectralFlatness::transform()
{
    const auto size = static_cast<Eigen::Index>(padded_);
    if (chirp_.empty()) {
        fft_->eigen.fwd(spectrum_.data(), buffer_.data(), size);
        std::swap(buffer_, spectrum_);
        return;
    }
    for (std::size_t k = 0; k < length_; ++k) buffer_[k] *= chirp_[k];
    std::fill(buffer_.begin() + static_cast<std::ptrdiff_t>(length_), buffer_.end(), Complex(0));
    fft_->eigen.fwd(spectrum_.data(), buffer_.data(), size);
    for (std::size_t k = 0; k < padded_; ++k) spectrum_[k] *= chirp_spectrum_[k];
    fft_->eigen.inv(buffer_.data(), spectrum_.data(), size);
    for (std::size_t k = 0; k < length_; ++k) buffer_[k] *= chirp_[k];
}

std::vector<double> SpectralFlatness::of(std::span<const double> sequences)
{
    constexpr std::size_t least_length = 8;
    constexpr double least_variance = 1e-8;
    const std::size_t count = length_ == 0 ? 0 : sequences.size() / length_, frequencies = length_ / 2;
    std::vector<double> result(count, 1.0);
    if (length_ < least_length) return result;

    std::vector<double> mean(count, 0.0);
    std::vector<std::size_t> varying;
    for (std::size_t i = 0; i < count; ++i) {
        const auto sequence = sequences.subspan(i * length_, length_);
        double sum = 0, squares = 0;
        for (const double v : sequence) sum += v;
        mean[i] = sum / static_cast<double>(length_);
        for (const double v : sequence) squares += (v - mean[i]) * (v - mean[i]);
        if (squares > least_variance * static_cast<double>(length_)) varying.push_back(i);
    }

    std::vector<double> first_power(frequencies), second_power(frequencies);
    for (std::size_t pair = 0; pair < varying.size(); pair += 2) {
        const std::size_t first = varying[pair], second = varying[std::min(pair + 1, varying.size() - 1)];
        for (std::size_t k = 0; k < length_; ++k) {
            buffer_[k] = {sequences[first * length_ + k] - mean[first], sequences[second * length_ + k] - mean[second]};
        }
        transform();
        for (std::size_t k = 1; k <= frequencies; ++k) {
            const Complex here = buffer_[k], mirrored = std::conj(buffer_[length_ - k]);
            first_power[k - 1] = std::norm(here + mirrored) / 4;
            second_power[k - 1] = std::norm(here - mirrored) / 4;
        }
        result[first] = flatness(first_power);
        if (second != first) result[second] = flatness(second_power);
    }
    return result;
}

}  // namespace sluice::fusion
