#include "fusion/structure/daubechies4.hpp"

#include <algorithm>
#include <array>

namespace sluice::fusion {

namespace {

constexpr std::size_t taps = 8;

constexpr std::array<double, taps> low_pass = {-0.010597401784997278, 0.032883011666982945, 0.030841381835986965, -0.18703481171888114,
                                               -0.02798376941698385,  0.6308807679295904,   0.7148465705525415,   0.23037781330885523};

constexpr std::array<double, taps> high_pass = [] {
    std::array<double, taps> filter{};
    for (std::size_t j = 0; j < taps; ++j) filter[j] = (j % 2 == 0 ? -1 : 1) * low_pass[taps - 1 - j];
    return filter;
}();

/// The signal continued by six values on the left and eight on the right.
std::vector<double> extended(std::span<const double> signal)
{
    const auto length = static_cast<std::ptrdiff_t>(signal.size()), period = 2 * length;
    std::vector<double> longer;
    for (std::ptrdiff_t i = 2 - static_cast<std::ptrdiff_t>(taps); i < length + static_cast<std::ptrdiff_t>(taps); ++i) {
        const auto folded = ((i % period) + period) % period;
        longer.push_back(signal[static_cast<std::size_t>(folded < length ? folded : period - 1 - folded)]);
    }
    return longer;
}

/// Every second value of the convolution with a filter.
std::vector<double> halved(const std::vector<double>& longer, std::size_t count, const std::array<double, taps>& filter)
{
    std::vector<double> result(count, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < taps; ++j) result[i] += filter[j] * longer[2 * i + taps - 1 - j];
    }
    return result;
}

/// Adds the convolution of coefficients, zeros between them, with a filter read backwards.
void add_doubled(std::span<const double> coefficients, const std::array<double, taps>& filter, std::vector<double>& signal)
{
    for (std::size_t k = 0; k < signal.size(); ++k) {
        for (std::size_t j = k % 2; j < taps; j += 2) signal[k] += filter[taps - 1 - j] * coefficients[(k + taps - 2 - j) / 2];
    }
}

}  // namespace

WaveletBands daubechies4_decomposition(std::span<const double> signal, int levels)
{
    WaveletBands bands;
    std::vector<double> approximation(signal.begin(), signal.end());
    for (int level = 0; level < levels; ++level) {
        const auto longer = extended(approximation);
        const auto count = (approximation.size() + taps - 1) / 2;
        bands.push_back(halved(longer, count, high_pass));
        approximation = halved(longer, count, low_pass);
    }
    bands.push_back(std::move(approximation));
    std::reverse(bands.begin(), bands.end());
    return bands;
}

std::vector<double> daubechies4_reconstruction(const WaveletBands& bands, std::size_t length)
{
    std::vector<double> approximation = bands.front();
    for (std::size_t band = 1; band < bands.size(); ++band) {
        const auto& detail = bands[band];
        std::vector<double> signal(2 * detail.size() - (taps - 2), 0.0);
        add_doubled(std::span(approximation).first(detail.size()), low_pass, signal);  // a signal of odd length came back with one value more
        add_doubled(detail, high_pass, signal);
        approximation = std::move(signal);
    }
    approximation.resize(length);
    return approximation;
}

}  // namespace sluice::fusion
